/**
 * The VNF description: the one file that an operator writes. This schema is the source of its TypeScript types and of the
 * published JSON Schema (docs/vnf-description.schema.json). Times are written as '500ms', '10s', '5min'.
 *
 * What the schema cannot say (references, addresses, quorum) is checked in check.ts; what the operator left out is filled in by
 * normalise.ts, and only the normalised form (vnf.ts) is seen by the rest of the code.
 */
import { type Static, Type, type TObject, type TProperties } from '@sinclair/typebox';
import { storePattern } from './store-address.ts';

const closed = <P extends TProperties>(properties: P, description: string): TObject<P> =>
  Type.Object(properties, { additionalProperties: false, description });

/** What texts must look like; shape.ts says each in words. */
export const patterns = {
  /** Can live in an XML id, in HAProxy, in a shell word and in a URL alike. */
  name: '^[A-Za-z][A-Za-z0-9_-]{0,47}$',
  node: '^[A-Za-z][A-Za-z0-9._-]{0,62}$',
  user: '^[A-Za-z_][A-Za-z0-9_.-]{0,31}$',
  duration: '^[0-9]+(ms|s|min|h)$',
  url: '^https?://\\S+$',
  /** Of a check: a VM is asked at its own address, which may stand as '%a'. */
  checkUrl: '^(https?://\\S+|/\\S*)$',
  /** Can be a word in HAProxy's file: no white space, quotes, backslash or '#'. */
  urlPath: '^/[A-Za-z0-9._~!$%&()*+,;:=@/?-]*$',
  file: '^/',
  store: storePattern,
  device: '^\\S+$',
  fileSystem: '^[a-z0-9._-]{1,32}$',
  instanceId: '^[A-Za-z0-9._~-]{1,255}$',
  interface: '^[A-Za-z0-9_.-]{1,15}$',
  agent: '^[A-Za-z0-9_.-]{1,64}$',
  domain: '^[A-Za-z0-9][A-Za-z0-9_.+-]{0,63}$',
  timeOfDay: '^([01][0-9]|2[0-3]):[0-5][0-9]$',
  parameter: '^[A-Za-z_][A-Za-z0-9_-]*$',
} as const;

/** As Date.getUTCDay() counts them. */
export const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

const Name = (description: string) => Type.String({ pattern: patterns.name, description });
const NodeName = (description: string) => Type.String({ pattern: patterns.node, description });
const Duration = (description: string) => Type.String({ pattern: patterns.duration, description });
const Address = (description: string) => Type.String({ minLength: 2, description });
const Prefixed = (description: string) => Type.String({ minLength: 2, description });
const Port = (description: string) => Type.Integer({ minimum: 1, maximum: 65535, description });
const Command = (description: string) =>
  Type.Union([Type.String({ minLength: 1 }), Type.Array(Type.String(), { minItems: 1 })], { description });

const Check = closed(
  {
    tcp: Type.Optional(Port('healthy when this TCP port of the node, or of the VM, accepts a connection')),
    http: Type.Optional(
      Type.String({
        pattern: patterns.checkUrl,
        description:
          'healthy when a GET of this URL answers 2xx or 3xx; with vms: a path, at the VM’s address and the service’s port, or a URL with %a for the VM’s address',
      }),
    ),
    command: Type.Optional(
      Command('healthy when this command exits 0; with vms it runs on the VM’s node, %a is the VM’s address'),
    ),
    interval: Type.Optional(Duration('time between two checks; whole seconds, 2 s or more; default 10s')),
    timeout: Type.Optional(Duration('bound on one check; default 10s')),
  },
  'how the health of an instance is seen; without any of tcp, http, command: its process is there',
);

const interval = (what: string) => Duration(`${what}; 50ms or more; default 100ms`);
const Misses = Type.Integer({
  minimum: 2,
  maximum: 100,
  description: 'unanswered ones in a row until it is suspected; default 3',
});

const Heartbeat = closed(
  {
    interval: Type.Optional(interval('time between two heartbeats')),
    misses: Type.Optional(Misses),
    http: Type.Optional(
      Type.String({ pattern: patterns.url, description: 'it lives when a GET of this URL answers 2xx or 3xx' }),
    ),
    tcp: Type.Optional(Port('it lives when it answers at this TCP port of the node')),
    send: Type.Optional(
      Type.String({ minLength: 1, maxLength: 1000, description: 'with tcp: what is sent to it, as "PING\\r\\n"' }),
    ),
    expect: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 1000,
        description: 'with tcp: how its answer begins, as "+PONG"; default: any answer will do',
      }),
    ),
  },
  'asks it several times a second, so that one that hangs is noticed at once; without it a hang is found by the check',
);

const Program = closed(
  {
    run: Type.Optional(
      Command('a program that stays in the foreground: the agent starts, watches and stops its process'),
    ),
    start: Type.Optional(
      Command('for a program that manages itself: the command that starts it (with stop and check)'),
    ),
    stop: Type.Optional(Command('the command that stops it; with run: asked before SIGTERM is sent')),
    user: Type.Optional(Type.String({ pattern: patterns.user, description: 'the user that it runs as; default root' })),
    startTimeout: Type.Optional(Duration('bound on starting, until the check says healthy; default 30s')),
    stopTimeout: Type.Optional(Duration('bound on stopping; default 30s')),
  },
  'how an instance is started and stopped: run, or start and stop',
);

const Role = closed(
  {
    promote: Command('makes the instance active'),
    demote: Command('makes the instance standby'),
    query: Type.Optional(
      Command(
        'prints the role as its first word: active, promoted, primary, master or leader; or standby, unpromoted, secondary, slave, replica or follower',
      ),
    ),
    timeout: Type.Optional(Duration('bound on promote and on demote; default 30s')),
  },
  'how an active/standby instance is told its role',
);

const File = (description: string) => Type.String({ pattern: patterns.file, description });

const syncChannels = [
  'direct',
  'messages',
  'shared-storage',
  'checkpoint-redis',
  'checkpoint-postgresql',
  'own',
] as const;

const Sync = closed(
  {
    channel: Type.Union(
      syncChannels.map((channel) => Type.Literal(channel)),
      {
        description:
          'what carries the state: from the active one to each standby by TCP, or by messages of Corosync; or where both reach it: a file system of the cluster, a Redis, a PostgreSQL; own: the VNFC itself, without a sidecar',
      },
    ),
    port: Type.Optional(Port('direct: the TCP port of its nodes at which the sidecars meet; default 7410')),
    network: Type.Optional(
      Name('direct: the network in which they meet; default: the first that all of its nodes are in'),
    ),
    ca: Type.Optional(File('direct: file with the CA of the nodes’ certificates; default /etc/vnfha/sync/ca.pem')),
    certificate: Type.Optional(File('direct: file with the node’s own certificate; default /etc/vnfha/sync/node.pem')),
    key: Type.Optional(File('direct: file with its key, readable by root only; default /etc/vnfha/sync/node.key')),
    folder: Type.Optional(File('shared-storage: folder on a file system that is mounted where the VNFC is active')),
    mount: Type.Optional(
      closed(
        {
          device: Type.String({ pattern: patterns.device, description: 'what is mounted, as /dev/… or HOST:/PATH' }),
          directory: File('where; it must be there on each of its nodes'),
          fstype: Type.String({
            pattern: patterns.fileSystem,
            description: 'the kind of file system, as ext4 or nfs4',
          }),
          options: Type.Optional(
            Type.String({ pattern: patterns.device, description: 'as for mount -o; default: the file system’s own' }),
          ),
        },
        'shared-storage: the cluster mounts it where the VNFC is active, before it; without it, you see to that',
      ),
    ),
    address: Type.Optional(
      Type.String({ pattern: patterns.store, description: 'checkpoint: the store’s HOST:PORT, or its unix socket' }),
    ),
    user: Type.Optional(
      Type.String({ minLength: 1, description: 'checkpoint: the store’s user; Redis: its default user without it' }),
    ),
    database: Type.Optional(Type.String({ minLength: 1, description: 'checkpoint-postgresql: the database' })),
    passwordFile: Type.Optional(
      File('checkpoint: file with the user’s password, readable by root only; the same path on each node'),
    ),
    tls: Type.Optional(
      closed(
        {
          ca: File('file with the CA of the store’s certificate'),
          certificate: Type.Optional(File('file with a certificate to show to the store')),
          key: Type.Optional(File('file with its key, readable by root only')),
          serverName: Type.Optional(
            Type.String({ minLength: 1, description: 'the name in the store’s certificate; default: its host' }),
          ),
        },
        'checkpoint: the connection to the store is encrypted, and the store is who its certificate says',
      ),
    ),
    standing: Type.Optional(
      Command(
        'own: prints how far its state is: lag=NUMBER (or lag=unknown), and epoch=NUMBER where it keeps that (docs/sync.md)',
      ),
    ),
    lag: Type.Optional(
      Type.Integer({ minimum: 0, description: 'own: behind by more than so much it hasn’t the state; default 0' }),
    ),
    unsure: Type.Optional(
      Type.Union([Type.Literal('wait'), Type.Literal('promote')], {
        description:
          'when a standby can’t be sure to have all that was acknowledged: it isn’t made active, or it is, and says so; default wait',
      }),
    ),
  },
  'active-standby: its state, carried by a sidecar (vnfha-sync@NAME.service, docs/sync.md) or by itself; without it, nobody asks whether a standby has it',
);

const Recovery = closed(
  {
    restarts: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 1000,
        description: 'failures on a node that Pacemaker recovers by itself, there; default 3',
      }),
    ),
    within: Type.Optional(Duration('failures older than this are forgotten; default 10min')),
    heal: Type.Optional(
      Type.Boolean({ description: 'tell the VNFM when Pacemaker cannot recover it; default true if there is a vnfm' }),
    ),
    escalate: Type.Optional(
      Type.Literal('node', {
        description:
          'node: before the VNFM is told, restart the node by fencing, once within that time; default: tell the VNFM at once',
      }),
    ),
  },
  'what happens when an instance fails again and again',
);

const TimeOfDay = (description: string) => Type.String({ pattern: patterns.timeOfDay, description });

const Heals = closed(
  {
    atOnce: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1000, description: 'heals under way at the same time, at most; default 4' }),
    ),
    perHour: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 200, description: 'heals asked for within an hour, at most; default 30' }),
    ),
    storm: Type.Optional(
      closed(
        {
          incidents: Type.Optional(
            Type.Integer({ minimum: 2, maximum: 200, description: 'so many incidents are a storm; default 10' }),
          ),
          within: Type.Optional(Duration('within so much time; default 60s')),
          pause: Type.Optional(Duration('without another incident until heals are begun again; default 2min')),
        },
        'many incidents at once: something larger has failed, and no heal is begun for a while',
      ),
    ),
    lostNodes: Type.Optional(
      Duration(
        'a node that has been away for so long, fenced and not in standby, is healed: the VNFM makes its VM anew; default: it is waited for',
      ),
    ),
    maintenance: Type.Optional(
      Type.Array(
        closed(
          {
            from: TimeOfDay('when it begins, as 22:00, in UTC'),
            to: TimeOfDay('when it ends, in UTC; earlier than from: on the next day'),
            days: Type.Optional(
              Type.Array(Type.Union(weekdays.map((day) => Type.Literal(day))), {
                minItems: 1,
                description: 'the days on which it begins; default: every day',
              }),
            ),
          },
          'a window',
        ),
        { description: 'windows in which no heal is begun' },
      ),
    ),
    dryRun: Type.Optional(
      Type.Boolean({ description: 'no heal is asked for; what would be is in the journal and the log; default false' }),
    ),
    onConflict: Type.Optional(
      Type.Union(
        (['retry', 'later'] as const).map((each) => Type.Literal(each)),
        {
          description:
            'what is done about 409, another operation in progress: retry every minute at the latest until it is taken; or later, after 10 min, by these rules anew; default retry',
        },
      ),
    ),
    onFailedTemp: Type.Optional(
      Type.Union(
        (['wait', 'retry', 'rollback', 'fail'] as const).map((each) => Type.Literal(each)),
        {
          description:
            'what is done about a heal in FAILED_TEMP, after 30 s: wait for the VNFM’s operator; retry it twice, then fail it; roll it back; or fail it; default wait',
        },
      ),
    ),
  },
  'how many heals are asked for, and when',
);

const Target = Type.Union(
  [
    Type.Literal('sub-second'),
    Type.Literal('SAL1'),
    Type.Literal('SAL2'),
    Type.Literal('SAL3'),
    closed(
      {
        detect: Duration('within which a failure is to be noticed'),
        recover: Duration('within which the service is to be there again'),
      },
      'times of your own',
    ),
  ],
  {
    description:
      'how quickly failures are to be noticed and recovered: a service availability level of ETSI GS NFV-REL 001, sub-second, or times of your own; what is not given elsewhere follows from it (docs/budget.md)',
  },
);

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

const Service = closed(
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

const Managed = closed(
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

const Vms = closed(
  {
    instances: Type.Array(
      closed(
        {
          name: Name('its name, which the load balancer calls its server; unique in its VNFC'),
          address: Address('where it serves, whichever node runs it'),
          config: File('the file with libvirt’s XML of its domain, the same on each of the nodes'),
          domain: Type.Optional(
            Type.String({ pattern: patterns.domain, description: 'its <name> in that XML; default: its name here' }),
          ),
          ownerFile: Type.Optional(
            File('file on storage that the nodes share: which of them has the VM; no other starts it then'),
          ),
          vnfcInstanceId: Type.Optional(
            Type.String({
              minLength: 1,
              maxLength: 255,
              description: 'the vnfcInstanceId by which the VNFM knows it (SOL002)',
            }),
          ),
        },
        'a VM',
      ),
      { minItems: 1, description: 'the VMs: each an instance, which the cluster runs on one of the nodes' },
    ),
    guestAgent: Type.Optional(
      Type.Boolean({ description: 'whether its QEMU guest agent must answer for it to be healthy; default false' }),
    ),
    migrate: Type.Optional(
      closed(
        {
          uri: Type.Optional(
            Type.String({
              pattern: patterns.device,
              description: 'the target’s libvirt, %n is its name; default qemu+ssh://%n/system',
            }),
          ),
          address: Type.Optional(
            Type.String({
              pattern: patterns.device,
              description: 'where the memory is sent, as tcp://%n-mig; default: libvirt chooses',
            }),
          ),
        },
        'a planned move is a live migration; the disks must be on storage that the nodes share',
      ),
    ),
    startTimeout: Type.Optional(Duration('bound on starting a VM, until the check says healthy; default 90s')),
    stopTimeout: Type.Optional(Duration('bound on stopping one: asked to shut down, then ended; default 90s')),
  },
  'instead of program: each instance is a VM of its own, on the libvirt of one of the nodes (docs/vm.md)',
);

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
      Type.Array(NodeName('a node’s name'), { minItems: 1, description: 'the nodes it may run on; default: all' }),
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
          vip: Prefixed('the address, with prefix length, that outside modules see'),
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
