import type { Vnf } from '../model/vnf.ts';

export function corosyncConf(vnf: Vnf): string {
  const node = (n: Vnf['nodes'][number]) =>
    `  node {\n    name: ${n.name}\n    nodeid: ${n.id}\n${vnf.cluster.links.map((l, i) => `    ring${i}_addr: ${n.addresses[l]}\n`).join('')}  }\n`;
  return `totem {
  version: 2
  cluster_name: ${vnf.cluster.name}
  transport: knet
  crypto_cipher: none
  crypto_hash: none
  token: ${vnf.cluster.tokenMs}
  token_coefficient: 0
  interface {
    linknumber: 0
    knet_ping_interval: 250
    knet_ping_timeout: 1000
    knet_pong_count: 1
  }
}
system {
  move_to_root_cgroup: no
}
quorum {
  provider: corosync_votequorum
}
logging {
  to_stderr: no
  to_syslog: no
  to_logfile: yes
  logfile: /var/log/corosync/corosync.log
  timestamp: hires
}
nodelist {
${vnf.nodes.map(node).join('')}}
`;
}
