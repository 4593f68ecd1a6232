/**
 * The VNF description: the one file that an operator writes. This schema is the source of its TypeScript types and of the
 * published JSON Schema (docs/vnf-description.schema.json). Times are written as '500ms', '10s', '5min'.
 *
 * What the schema cannot say (references, addresses, quorum) is checked in check.ts; what the operator left out is filled in by
 * normalise.ts, and only the normalised form (vnf.ts) is seen by the rest of the code.
 */
import { type Static, Type } from '@sinclair/typebox';
import { Managed, Service } from './schema/balancing.ts';
import { Guests } from './schema/guests.ts';
import { Check, Heartbeat, Misses, Program, Role, interval } from './schema/program.ts';
import { Heals, Recovery, Target } from './schema/recovery.ts';
import { Sync } from './schema/sync.ts';
import { Vms } from './schema/vms.ts';
import { Address, Duration, Name, NodeName, Port, Prefixed, closed, patterns } from './schema/words.ts';

const Vnfc = closed(
  {
    name: Name('the VNFC’s name; unique in the VNF'),
    vdu: Type.Optional(
      Type.String({ minLength: 1, maxLength: 255, description: 'the vduId by which the VNFD knows it' }),
    ),
    redundancy: Type.Union([Type.Literal('active-standby'), Type.Literal('active-active')], {
      description: 'active-standby: one serves, at the vip; active-active: all serve, behind the load balancer',
    }),
    nodes: Type.Optional(
      Type.Array(NodeName('a node’s or guest’s name'), {
        minItems: 1,
        description: 'the nodes, or guests, it may run on; default: all nodes, no guests',
      }),
    ),
    instances: Type.Optional(
      Type.Integer({ minimum: 1, description: 'how many instances; default: one on each of its nodes' }),
    ),
    vip: Type.Optional(Prefixed('active-standby: the address, with prefix length, that follows the active instance')),
    vipBy: Type.Optional(
      Type.Union([Type.Literal('cluster'), Type.Literal('vnfc'), Type.Literal('election')], {
        description:
          'who puts the vip where it belongs: the cluster, beside the active instance; the vnfc, which takes it as part of becoming active; or the instances by an election of their own (VRRP), which the cluster only watches; default cluster',
      }),
    ),
    service: Type.Optional(Service),
    program: Type.Optional(Program),
    vms: Type.Optional(Vms),
    check: Type.Optional(Check),
    heartbeat: Type.Optional(Heartbeat),
    role: Type.Optional(Role),
    sync: Type.Optional(Sync),
    recovery: Type.Optional(Recovery),
    vnfcInstanceIds: Type.Optional(
      Type.Record(Type.String({ pattern: patterns.node }), Type.String({ minLength: 1, maxLength: 255 }), {
        additionalProperties: false,
        description: 'node name -> the vnfcInstanceId by which the VNFM knows the instance on that node (SOL002)',
      }),
    ),
  },
  'a component of the VNF',
);

export const DescriptionSchema = Type.Object(
  {
    vnf: closed(
      {
        name: Name('the VNF’s name; all that is made in the cluster begins with it'),
        instanceId: Type.Optional(
          Type.String({
            pattern: patterns.instanceId,
            description: 'the vnfInstanceId by which the VNFM knows it',
          }),
        ),
        beside: Type.Optional(
          Type.Boolean({
            description:
              'true: it runs beside another VNF on the same nodes, with files, sockets and daemons of its own; its description is /etc/vnfha/vnf.d/NAME.yaml. Default false',
          }),
        ),
      },
      'the VNF',
    ),
    networks: Type.Array(
      closed(
        {
          name: Name('the network’s name'),
          cidr: Prefixed('its addresses, as 192.0.2.0/24 or 2001:db8::/64'),
          interface: Type.Optional(
            Type.String({
              pattern: patterns.interface,
              description: 'its network interface on the nodes; default: found by address',
            }),
          ),
        },
        'a network that the nodes are in',
      ),
      { minItems: 1, description: 'the networks; the first is the one of the nodes’ address' },
    ),
    nodes: Type.Array(
      closed(
        {
          name: NodeName('the node’s name, as uname -n says it'),
          id: Type.Optional(
            Type.Integer({
              minimum: 1,
              maximum: 4294967295,
              description: 'corosync’s nodeid; default: its place in this list',
            }),
          ),
          address: Type.Optional(Address('its address in the only, or first, network')),
          addresses: Type.Optional(
            Type.Record(Type.String({ pattern: patterns.name }), Address('its address in that network'), {
              additionalProperties: false,
              description: 'network name -> its address there',
            }),
          ),
        },
        'a cluster node',
      ),
      { minItems: 1, description: 'the cluster’s nodes: three or more, so that a majority is left when one dies' },
    ),
    guests: Type.Optional(Guests),
    cluster: Type.Optional(
      closed(
        {
          name: Type.Optional(Name('corosync’s cluster_name; default: the VNF’s name')),
          links: Type.Optional(
            Type.Array(Name('a network’s name'), {
              minItems: 1,
              maxItems: 8,
              description: 'networks that corosync speaks on; default: every one that all nodes are in',
            }),
          ),
          token: Type.Optional(Duration('corosync’s token timeout; default 1000ms')),
          consensus: Type.Optional(Duration('corosync’s consensus timeout; default 1.2 times the token’s')),
          heartbeat: Type.Optional(
            closed(
              {
                interval: Type.Optional(interval('time between two heartbeats of a node')),
                misses: Type.Optional(Misses),
                port: Type.Optional(Port('the UDP port of the load balancer’s nodes that they go to; default 5410')),
              },
              'heartbeats from every node to the load balancer, which drains a silent node’s servers before Corosync’s token is over',
            ),
          ),
        },
        'Corosync, and the nodes’ heartbeats',
      ),
    ),
    recovery: Type.Optional(Target),
    fencing: Type.Optional(
      Type.Array(
        closed(
          {
            name: Name('the name of the fence device'),
            agent: Type.String({
              pattern: patterns.agent,
              description: 'a fence agent of /usr/sbin, as fence_ipmilan',
            }),
            nodes: Type.Optional(
              Type.Array(NodeName('a node’s name'), {
                minItems: 1,
                description: 'the nodes that it can fence; default: all',
              }),
            ),
            takes: Type.Optional(
              Duration('how long it takes until a node is known to be off, as measured; for the budget; default 2s'),
            ),
            parameters: Type.Optional(
              Type.Record(
                Type.String({ pattern: patterns.parameter }),
                Type.Union([Type.String(), Type.Number(), Type.Boolean()]),
                {
                  additionalProperties: false,
                  description:
                    'its parameters; no passwords (use passwd_script): the CIB can be read by all of haclient',
                },
              ),
            ),
          },
          'a fence device',
        ),
        { minItems: 1, description: 'the fence devices; every node needs one' },
      ),
    ),
    vnfcs: Type.Optional(
      Type.Array(Vnfc, {
        minItems: 1,
        description: 'the VNF’s components, as resources of the cluster; without them the load balancer manages some',
      }),
    ),
    loadBalancer: Type.Optional(
      closed(
        {
          name: Type.Optional(Name('its name; default lb')),
          nodes: Type.Optional(
            Type.Array(NodeName('a node’s name'), {
              minItems: 1,
              description: 'the nodes that run HAProxy; default: the first two',
            }),
          ),
          vip: Type.Optional(
            Prefixed('the address, with prefix length, that outside modules see; either this or vips'),
          ),
          vips: Type.Optional(
            Type.Array(Prefixed('an address, with prefix length, that outside modules see'), {
              minItems: 1,
              maxItems: 16,
              description: 'in the place of vip: addresses that are spread over the nodes, so that each of them serves',
            }),
          ),
          manages: Type.Optional(
            Type.Array(Managed, {
              minItems: 1,
              description: 'VNFCs that it manages without the cluster, by its checks: docs/load-balancer.md',
            }),
          ),
        },
        'the redundant HAProxy in front of the active/active VNFCs',
      ),
    ),
    vnfm: Type.Optional(
      closed(
        {
          type: Type.Optional(
            Type.Union([Type.Literal('sol'), Type.Literal('webhook')], {
              description: 'what it speaks: ETSI SOL003 and SOL002, or a webhook of your own; default sol',
            }),
          ),
          url: Type.String({
            pattern: patterns.url,
            description: 'the VNFM’s API root, before /vnflcm; of a webhook: where heals are posted',
          }),
          alarms: Type.Optional(
            Type.String({
              pattern: patterns.url,
              description:
                'where AlarmNotification and AlarmClearedNotification are posted, with the token only if it has the origin of url; default: nowhere',
            }),
          ),
          ca: Type.Optional(
            Type.String({
              pattern: patterns.file,
              description: 'file with the CA that signed its certificate, and that of alarms',
            }),
          ),
          auth: Type.Optional(
            closed(
              {
                tokenUrl: Type.String({
                  pattern: patterns.url,
                  description: 'OAuth 2.0 token endpoint (client credentials)',
                }),
                clientId: Type.String({ minLength: 1, description: 'the client that the token is asked for' }),
                clientSecretFile: Type.String({
                  pattern: patterns.file,
                  description: 'file, mode 0600, that holds the client secret',
                }),
              },
              'OAuth 2.0 client credentials, with HTTP Basic at the token endpoint',
            ),
          ),
          heals: Type.Optional(Heals),
        },
        'the VNFM, told when Pacemaker cannot recover a VNFC',
      ),
    ),
  },
  {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'VNF description of vnfha',
    additionalProperties: false,
  },
);

/** The description as written, valid by the schema but not yet checked or completed. */
export type Description = Static<typeof DescriptionSchema>;
