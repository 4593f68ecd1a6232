/**
 * Nodes with a network of their own on one machine: namespaces with a switch between them. Nothing of the host's network or /run is seen or
 * touched, and all end with this process.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { corosyncConf, ownDirectories } from '../../test/host/corosync/own-corosync.ts';

export interface Nodes {
  readonly address: (node: string) => string;
  /** What a command begins with that is to run on that node; the process is the command's own. */
  readonly enter: (node: string) => string[];
  /** The same, with the host's files. */
  readonly enterNetwork: (node: string) => string[];
  /** What a command on that node prints. @throws when it fails */
  readonly run: (node: string, ...command: string[]) => string;
  /** Starts a program that ends with this process, however that ends. */
  readonly keep: (args: readonly string[]) => ChildProcess;
  /** Takes the node's cable off the switch, or puts it back. */
  readonly plug: (node: string, on: boolean) => void;
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

/** Nodes with these names, up to 9, each with a configuration for a corosync of all of them. */
export async function startNodes(names: readonly string[]): Promise<Nodes> {
  const children: ChildProcess[] = [];
  const holders = new Map<string, number>();

  const keepWith = (args: readonly string[], env?: Record<string, string>): ChildProcess => {
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', env === undefined ? 'ignore' : 'pipe', 'inherit'],
    });
    children.push(child);
    return child;
  };
  /** The pid that holds new namespaces, set up by a script. */
  const hold = async (kinds: readonly string[], script: string, env: Record<string, string>): Promise<number> => {
    const child = keepWith(['unshare', ...kinds, 'sh', '-c', script], env);
    await Promise.race([
      once(createInterface(child.stdout!), 'line'),
      once(child, 'exit').then(() => Promise.reject(new Error('a node ended while it was set up'))),
    ]);
    return child.pid!;
  };
  const inSwitch = (...args: string[]): void =>
    void execFileSync('nsenter', ['-t', String(holder), '-n', 'ip', ...args], { stdio: ['ignore', 'ignore', 'inherit'] }); // prettier-ignore
  const enter = (node: string): string[] => ['nsenter', '-t', String(holders.get(node)), '-m', '-u', '-i', '-n', '--'];

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

  return {
    address: (node) => members.find(({ name }) => name === node)!.address,
    enter,
    enterNetwork: (node) => ['nsenter', '-t', String(holders.get(node)), '-n', '--'],
    run(node, ...command) {
      const [program, ...args] = [...enter(node), ...command];
      return execFileSync(program!, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    },
    keep: (args) => keepWith(args),
    plug: (node, on) => inSwitch('link', 'set', node, ...(on ? ['master', 'switch'] : ['nomaster'])),
    end: () => children.forEach((child) => child.kill('SIGKILL')),
  };
}
