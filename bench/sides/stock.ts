/** Pacemaker with stock agents only: ocf:heartbeat:redis, IPaddr2, and ocf:heartbeat:anything for nginx and HAProxy. */
import { busy, theNodeOf } from '../../src/demo/cluster.ts';
import { Failure } from '../../src/process/failure.ts';
import { checkedPools, haproxyConfig, haproxySocket, nginxConfig, peerLab, redisConfig } from './peer-lab.ts';
import { activeVip, lbVip, nodes, type Side } from './side.ts';

/** The configuration in crmsh's language. Monitors of the two roles may not have the same interval. */
const configuration = (seconds: number): string => `
primitive redis ocf:heartbeat:redis params config=${redisConfig} \\
  op monitor interval=${seconds}s role=Promoted timeout=60s op monitor interval=${seconds + 1}s role=Unpromoted timeout=60s
clone redis-clone redis meta promotable=true interleave=true
primitive redis-vip ocf:heartbeat:IPaddr2 params ip=${activeVip} cidr_netmask=24 op monitor interval=${seconds}s
colocation vip-with-redis inf: redis-vip redis-clone:Promoted
order redis-first inf: redis-clone:promote redis-vip:start
primitive web ocf:heartbeat:anything params binfile=/usr/sbin/nginx cmdline_options="-c ${nginxConfig}" \\
  monitor_hook="curl -sf -m 5 -o /dev/null http://127.0.0.1:8080/health" \\
  op monitor interval=${seconds}s timeout=30s
clone web-clone web meta interleave=true
primitive haproxy ocf:heartbeat:anything params binfile=/usr/sbin/haproxy cmdline_options="-db -f ${haproxyConfig}" \\
  op monitor interval=${seconds}s timeout=20s
clone haproxy-clone haproxy meta interleave=true
location haproxy-not-on-node3 haproxy-clone -inf: node3
primitive lb-vip ocf:heartbeat:IPaddr2 params ip=${lbVip} cidr_netmask=24 op monitor interval=${seconds}s
colocation vip-with-haproxy inf: lb-vip haproxy-clone
order haproxy-first inf: haproxy-clone lb-vip
`;

/** Brings up a lab with stock agents that are monitored every so many seconds. */
export async function stockSide(seconds: number): Promise<Side> {
  const lab = await peerLab(`stock${seconds}`);
  await lab.writeFile('node1', '/tmp/bench.crm', configuration(seconds));
  const { code, stdout, stderr } = await lab.exec('node1', [
    'crm',
    '-F',
    'configure',
    'load',
    'update',
    '/tmp/bench.crm',
  ]);
  if (code !== 0) throw new Failure('pacemaker', `crmsh refused the configuration: ${stdout}${stderr}`);
  return {
    who: `Pacemaker, stock agents, monitor ${seconds} s`,
    ours: false,
    lab,
    activeUrl: `redis://${activeVip}:6379/bench`,
    pools: checkedPools,
    lbNodes: ['node1', 'node2'],
    haproxySocket,
    missing: async () => {
      const status = await lab.cluster();
      if (status === undefined) return 'no node answers';
      const offline = nodes.filter((name) => !status.nodes.some((node) => node.name === name && node.online));
      if (offline.length > 0) return `offline: ${offline.join(', ')}`;
      const count = (id: string, roles: readonly string[]) =>
        status.resources.filter((one) => one.id === id && one.active && !one.failed && roles.includes(one.role)).length;
      const wanted: readonly (readonly [string, string, number])[] = [
        ['redis', 'Promoted', 1],
        ['redis', 'Unpromoted', 2],
        ['redis-vip', 'Started', 1],
        ['web', 'Started', 3],
        ['haproxy', 'Started', 2],
        ['lb-vip', 'Started', 1],
      ];
      const few = wanted.filter(([id, role, number]) => count(id, [role]) !== number);
      return few.length > 0 ? `not as it should be: ${few.map(([id]) => id).join(', ')}` : busy({ lab }, status);
    },
    active: () => theNodeOf({ lab }, 'redis', 'Promoted'),
    mend: async () => {
      const status = await lab.cluster();
      if (status?.dc !== undefined) await lab.exec(status.dc, ['crm_resource', '--cleanup']);
    },
    down: () => lab.down(),
  };
}
