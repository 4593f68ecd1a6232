/** What HAProxy is told of a service. */
import { Type } from '@sinclair/typebox';
import { Address, Duration, Name, Port, closed, patterns } from './words.ts';

const HaproxyCheck = (of: string) =>
  closed(
    {
      http: Type.Optional(
        Type.String({
          pattern: patterns.urlPath,
          description: 'path that must answer 2xx or 3xx; without it: a TCP connection',
        }),
      ),
      inter: Type.Optional(Duration('time between two checks by HAProxy; default 1s')),
      fall: Type.Optional(
        Type.Integer({ minimum: 1, maximum: 100, description: 'failed checks until DOWN; default 2' }),
      ),
      rise: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, description: 'good checks until UP; default 1' })),
    },
    of,
  );

const service = {
  frontend: Type.Optional(Port('the port at the load balancer’s VIP; default: the same as port')),
  mode: Type.Optional(Type.Union([Type.Literal('http'), Type.Literal('tcp')], { description: 'default http' })),
  balance: Type.Optional(
    Type.Union([Type.Literal('roundrobin'), Type.Literal('leastconn'), Type.Literal('source')], {
      description: 'default roundrobin',
    }),
  ),
};

export const Service = closed(
  {
    port: Port('the port that every instance serves on, at its node’s or its VM’s address'),
    ...service,
    network: Type.Optional(
      Name(
        'the network on which the load balancer reaches the instances; default: the first that its nodes and the load balancer’s are all in',
      ),
    ),
    check: Type.Optional(HaproxyCheck('HAProxy’s own check of a server: the second line behind the cluster’s word')),
  },
  'the service of an active/active VNFC behind the load balancer',
);

export const Managed = closed(
  {
    name: Name('the VNFC’s name; unique in the VNF'),
    vdu: Type.Optional(
      Type.String({ minLength: 1, maxLength: 255, description: 'the vduId by which the VNFD knows it' }),
    ),
    servers: Type.Array(
      closed(
        {
          name: Name('the server’s name; unique in its VNFC'),
          address: Type.Optional(Address('where it serves; it need not be a node of the cluster')),
          vnfc: Type.Optional(Name('instead of address: an active-standby VNFC of this VNF, which serves at its vip')),
          port: Type.Optional(Port('its port; default: that of the service')),
          vnfcInstanceId: Type.Optional(
            Type.String({
              minLength: 1,
              maxLength: 255,
              description: 'the vnfcInstanceId by which the VNFM knows it (SOL002)',
            }),
          ),
        },
        'an instance, at an address of its own; or an active/standby pair',
      ),
      { minItems: 1, description: 'its instances' },
    ),
    service: closed(
      {
        port: Port('the port that every server serves on'),
        ...service,
        check: Type.Optional(HaproxyCheck('HAProxy’s check of a server: its heartbeat; nobody else looks')),
        slowStart: Type.Optional(
          Duration('a server that answers again gets its full share after so much time; default: at once'),
        ),
      },
      'its service behind the load balancer',
    ),
    heal: Type.Optional(
      Type.Boolean({
        description: 'tell the VNFM when no load balancer reaches a server; default true if there is a vnfm',
      }),
    ),
  },
  'a VNFC that the load balancer manages by itself: its servers are no resources of the cluster',
);
