/** keepalived: VRRP between the three nodes, which hears of the end of the Redis process (or asks it). No fencing; a loop restarts the Redis. */
import type { LabProcess } from '../../src/lab/enter.ts';
import { Failure } from '../../src/process/failure.ts';
import { eachLine } from '../watchers.ts';
import { peerLab, redisConfig } from './peer-lab.ts';
import { activeVip, nodes, type Side } from './side.ts';

export interface KeepalivedOptions {
  /** Seconds between advertisements: keepalived's default is 1. */
  readonly advertInt: number;
  /** How it notices: it is told at once that the process is gone, or a PING every second isn't answered within one. */
  readonly tracks: 'death' | 'ping';
}

const configFile = '/etc/keepalived/vnfha-bench.conf';

/**
 * track_process needs the kernel's process events, which it has in no network namespace but the first. A tracked file that the loop
 * writes when its Redis has ended says the same as quickly: -254 means FAULT.
 */
const trackFile = '/run/vnfha-bench-redis';

const config = (at: number, { advertInt, tracks }: KeepalivedOptions): string => `global_defs {
  router_id node${at + 1}
  script_user root
  enable_script_security
  vrrp_version 3
}
vrrp_track_file redis {
  file ${trackFile}
  weight 1
}
vrrp_script ping {
  script "/usr/bin/redis-cli ping"
  interval 1
  timeout 1
}
vrrp_instance active {
  state BACKUP
  nopreempt
  interface eth0
  virtual_router_id 51
  priority ${100 - 10 * at}
  advert_int ${advertInt}
  virtual_ipaddress {
    ${activeVip}/24
  }
  ${tracks === 'death' ? 'track_file {\n    redis\n  }' : 'track_script {\n    ping\n  }'}
  notify_master "/usr/bin/redis-cli replicaof no one"
  notify_backup "/usr/bin/redis-cli replicaof ${activeVip} 6379"
}
`;

/** Brings up a lab in which keepalived keeps the address, and starts all programs. */
export async function keepalivedSide(options: KeepalivedOptions): Promise<Side> {
  const lab = await peerLab(`keepalived-${options.tracks}-${String(options.advertInt).replace('.', '')}`, [], false);
  const running = new Map<string, LabProcess[]>();
  const start = async (node: string): Promise<void> => {
    for (const service of ['pacemaker', 'corosync']) await lab.service(node, service, 'stop');
    await lab.writeFile(
      node,
      configFile,
      config(
        nodes.findIndex((name) => name === node),
        options,
      ),
    );
    const redis = `while :; do echo 0 >${trackFile}; redis-server ${redisConfig} --replicaof ${activeVip} 6379; echo -254 >${trackFile}; sleep 0.2; done`;
    await lab.writeFile(node, trackFile, '0\n');
    const commands = [
      ['sh', '-c', redis],
      ['sh', '-c', `rm -f /run/keepalived*.pid; exec keepalived --dont-fork --log-console -D -f ${configFile}`],
    ];
    const started = await Promise.all(commands.map((argv) => lab.spawn(node, argv)));
    for (const program of started) eachLine(program, () => undefined);
    running.set(node, started);
  };
  await Promise.all(nodes.map(start));
  const owners = async (): Promise<string[]> => {
    const has = async (node: string) =>
      (await lab.exec(node, ['ip', '-o', 'address', 'show', 'to', activeVip]).catch(() => ({ stdout: '' }))).stdout !==
      '';
    const seen = await Promise.all(nodes.map(async (node) => ({ node, has: await has(node) })));
    return seen.filter((each) => each.has).map(({ node }) => node);
  };
  const role = async (node: string): Promise<string> => {
    const { stdout } = await lab.exec(node, ['timeout', '2', 'redis-cli', 'info', 'replication']);
    if (stdout.includes('role:master')) return 'master';
    return stdout.includes('master_link_status:up') ? 'replica' : 'no replica yet';
  };
  return {
    who: `keepalived, ${options.tracks === 'death' ? 'told of the death at once' : 'PING every 1 s'}, advert_int ${options.advertInt}`,
    ours: false,
    lab,
    activeUrl: `redis://${activeVip}:6379/bench`,
    pools: [],
    lbNodes: [],
    haproxySocket: '',
    missing: async () => {
      const [owner, ...others] = await owners();
      if (owner === undefined || others.length > 0) return 'the address is not on exactly one node';
      for (const node of nodes) {
        const is = await role(node).catch(String);
        if (is !== (node === owner ? 'master' : 'replica')) return `${node}: ${is}`;
      }
      return undefined;
    },
    active: async () => {
      const [owner] = await owners();
      if (owner === undefined) throw new Failure('lab', 'the address is nowhere');
      return owner;
    },
    mend: async (node) => {
      const { hosts } = await lab.status();
      if (hosts.find(({ name }) => name === node)?.power === 'on') {
        // one that hangs: keepalived only looks on
        await lab.exec(node, ['pkill', '-KILL', '--runstates', 'T', '-x', 'redis-server']);
        return;
      }
      await lab.boot(node);
      await start(node);
    },
    down: () => lab.down(),
  };
}
