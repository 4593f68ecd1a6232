/** What a corosync in namespaces of its own needs: its configuration, and directories that nobody else sees. */

export interface Member {
  readonly name: string;
  readonly id: number;
  readonly address: string;
}

/** corosync.conf(5) for a ring without secrets, in which a dead link is seen within a second. */
export const corosyncConf = (cluster: string, members: readonly Member[]): string => `
totem {
  version: 2
  cluster_name: ${cluster}
  transport: knet
  crypto_cipher: none
  crypto_hash: none
  token: 1000
  interface {
    linknumber: 0
    knet_ping_interval: 250
    knet_ping_timeout: 1000
    knet_pong_count: 1
  }
}
system {
  sched_rr: no
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
}
nodelist {
${members.map(({ name, id, address }) => `  node {\n    name: ${name}\n    nodeid: ${id}\n    ring0_addr: ${address}\n  }`).join('\n')}
}
`;

/** Shell, for a mount namespace of its own: the directories, and in them $COROSYNC_CONF. */
export const ownDirectories = `
for dir in /dev/shm /run /var/lib/corosync /var/log /etc/corosync; do mount -t tmpfs tmpfs $dir; done
mkdir -p /etc/corosync/uidgid.d /var/log/corosync
printf %s "$COROSYNC_CONF" >/etc/corosync/corosync.conf
ip link set lo up`;
