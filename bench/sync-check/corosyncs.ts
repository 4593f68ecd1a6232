/**
 * Real corosyncs, one a node, in namespaces of their own on one machine, with a switch between them: nothing of the host's corosync, network or
 * /run is seen or touched, and all end with this process.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { corosyncConf, ownDirectories } from '../../test/host/corosync/own-corosync.ts';
import { until } from '../../test/lab/wait.ts';

export interface Corosyncs {
  /** What a command begins with that is to run on that node; the process is the command's own. */
  readonly enter: (node: string) => string[];
  start(node: string): Promise<void>;
  /** kill -9, and gone. */
  kill(node: string): Promise<void>;
  signal(node: string, signal: NodeJS.Signals): void;
  /** Takes the node's cable off the switch, or puts it back. */
  plug(node: string, on: boolean): void;
  /** Bytes of memory that the node's corosync has. */
  memory(node: string): number;
  /** Until the rings of these nodes have all of them and nobody else. */
  ring(nodes: readonly string[]): Promise<void>;
  end(): void;
}

const nodeSetUp = `
set -e
hostname "$NAME"
${ownDirectories}
ip link add eth0 type veth peer name "$NAME" netns "$SWITCH"
ip address add "$ADDRESS/24" dev eth0
ip link set eth0 up
echo ready
exec sleep infinity
`;
const switchSetUp = 'ip link add switch type bridge && ip link set switch up && echo ready && exec sleep infinity';

/** Nodes with these names, up to 9, their corosyncs started and in one ring. */
export async function startCorosyncs(names: readonly string[]): Promise<Corosyncs> {
  const children: ChildProcess[] = [];
  const daemons = new Map<string, ChildProcess>();
  const holders = new Map<string, number>();

  /** It ends with this process, however that ends. */
  const keep = (args: readonly string[], env?: Record<string, string>): ChildProcess => {
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', env === undefined ? 'ignore' : 'pipe', 'inherit'],
    });
    children.push(child);
    return child;
  };
  /** The pid that holds new namespaces, set up by a script. */
  const hold = async (kinds: readonly string[], script: string, env: Record<string, string>): Promise<number> => {
    const child = keep(['unshare', ...kinds, 'sh', '-c', script], env);
    await Promise.race([
      once(createInterface(child.stdout!), 'line'),
      once(child, 'exit').then(() => Promise.reject(new Error('a node ended while it was set up'))),
    ]);
    return child.pid!;
  };
  const inSwitch = (...args: string[]): void =>
    void execFileSync('nsenter', ['-t', String(holder), '-n', 'ip', ...args], { stdio: ['ignore', 'ignore', 'inherit'] }); // prettier-ignore
  const enter = (node: string): string[] => ['nsenter', '-t', String(holders.get(node)), '-m', '-u', '-i', '-n', '--'];
  const run = (node: string, ...command: string[]): string => {
    const [program, ...args] = [...enter(node), ...command];
    return execFileSync(program!, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  };

  const holder = await hold(['--net'], switchSetUp, {});
  const members = names.map((name, at) => ({ name, id: at + 1, address: `10.0.0.${at + 1}` }));
  for (const { name, address } of members) {
    const env = {
      NAME: name,
      ADDRESS: address,
      SWITCH: String(holder),
      COROSYNC_CONF: corosyncConf('sync', members),
    };
    holders.set(name, await hold(['--net', '--mount', '--uts', '--ipc'], nodeSetUp, env));
    inSwitch('link', 'set', name, 'master', 'switch', 'up');
  }

  /** Numbers of the nodes in this node's ring. */
  function ringOf(node: string): string {
    try {
      const lines = run(node, 'corosync-cmapctl', 'runtime.members').split('\n');
      const joined = lines.filter((line) => / = joined$/.test(line)).map((line) => line.split('.')[2]);
      return joined.sort().join();
    } catch {
      return ''; // it isn't up yet
    }
  }

  const self: Corosyncs = {
    enter,
    start(node) {
      daemons.set(node, keep([...enter(node), 'corosync', '-f']));
      return Promise.resolve();
    },
    async kill(node) {
      const daemon = daemons.get(node)!;
      const gone = once(daemon, 'exit');
      daemon.kill('SIGKILL');
      await gone;
    },
    signal: (node, signal) => void daemons.get(node)!.kill(signal),
    plug: (node, on) => inSwitch('link', 'set', node, ...(on ? ['master', 'switch'] : ['nomaster'])),
    memory: (node) => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${daemons.get(node)!.pid}/status`, 'utf8'))![1]) * 1024, // prettier-ignore
    async ring(nodes) {
      const wanted = nodes.map((name) => names.indexOf(name) + 1).join();
      for (const node of nodes)
        await until(`${node} is in a ring of ${nodes.join(', ')}`, () => ringOf(node) === wanted);
    },
    end: () => children.forEach((child) => child.kill('SIGKILL')),
  };
  await Promise.all(names.map((name) => self.start(name)));
  await self.ring(names);
  return self;
}
