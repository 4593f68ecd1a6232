/**
 * The supervisor as a process on a node with a real corosync. Its crm_resource notes what it is asked and answers as the test says;
 * who hears the group is a process of its own, as a bridge would be.
 */
import { type ChildProcess, type SpawnOptions } from 'node:child_process';
import { resolve } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { BridgeMessage } from '../../../src/model/wire.ts';
import type { InstanceState } from '../../../src/ocf/state-file.ts';
import { lonelyNode, type LonelyNode, until } from '../corosync/lonely-node.ts';

const root = resolve(import.meta.dirname, '../../..');
const bin = '/run/test-bin';
const state = '/run/vnfha/agents';

type Word = Extract<BridgeMessage, { type: 'instance' }>;

export interface Rig {
  readonly node: LonelyNode;
  readonly said: readonly BridgeMessage[];
  /** The words about `resource`, in order. */
  words(resource: string): Word[];
  startSupervisor(): Promise<ChildProcess>;
  supervisorPid(): number;
  /** Starts a program that goes on by itself, in a session of its own; its pid. */
  launch(name: string, ...argv: string[]): Promise<number>;
  /** Writes what an agent would note. */
  note(resource: string, state: InstanceState): void;
  /** When that was written, in ms since the epoch. */
  notedAt(resource: string): number;
  /** The record of a running vnfc with that process. */
  running(pid: number, more?: Partial<InstanceState>): InstanceState;
  /** What crm_resource was asked, a line each. */
  told(): string[];
  /** Has crm_resource take so many seconds from now on. */
  pacemakerTakes(seconds: number): void;
  /** What attrd_updater was asked, a line each, after the ms since the epoch at which it was; it always fails. */
  attributesAsked(): string[];
  /** Has crm_resource end with this code when it is next called. */
  pacemakerAnswers(code: number): void;
  /** Launches a redis at 7001; its pid, once it answers. */
  launchRedis(): Promise<number>;
  sight(resource: string): string | undefined;
  signal(name: string, pid: number): void;
}

export async function supervisorRig(t: ExecutionContext, on?: LonelyNode): Promise<Rig> {
  const node = on ?? (await lonelyNode());
  t.teardown(node.end);
  await node.startCorosync();
  write(
    node,
    `${bin}/crm_resource`,
    `#!/bin/sh\ncode=$(cat ${bin}/code)\necho "$@" >>${bin}/told\nsleep "$(cat ${bin}/takes)"\nexit $code\n`,
  );
  write(node, `${bin}/code`, '0\n');
  write(node, `${bin}/takes`, '0\n');
  write(node, `${bin}/attrd_updater`, `#!/bin/sh\necho "$(date +%s%3N) $*" >>${bin}/asked\nexit 102\n`);
  node.run('chmod', '+x', `${bin}/crm_resource`, `${bin}/attrd_updater`);

  const said: BridgeMessage[] = [];
  const listener = node.start(process.execPath, ['--import=tsx', 'test/host/ocf/peer.ts', 'lonely', 'mute']);
  let heard = '';
  let up = false;
  listener.stdout!.on('data', (data: Buffer) => {
    heard += data.toString();
    const lines = heard.split('\n');
    heard = lines.pop()!;
    for (const line of lines) {
      const message = JSON.parse(line) as BridgeMessage | { type: 'up' };
      if (message.type === 'up') up = true;
      else said.push(message);
    }
  });
  await until('somebody listens', () => up);

  const read = (file: string): string | undefined => {
    const { code, stdout } = node.run('cat', file);
    return code === 0 ? stdout : undefined;
  };
  const launch = async (name: string, ...argv: string[]): Promise<number> => {
    const script = `echo $$ >${bin}/${name}; exec "$@" </dev/null >/dev/null 2>&1`; // whoever reads a pipe would wait for it
    node.run('setsid', '-f', 'sh', '-c', script, 'sh', ...argv);
    const launched = (): number => Number(read(`${bin}/${name}`));
    await until(`${name} runs`, () => node.run('cat', `/proc/${launched()}/comm`).stdout.startsWith(argv[0]!.slice(0, 9))); // prettier-ignore
    return launched();
  };
  let pid = 0;
  return {
    node,
    said,
    words: (resource) => said.filter((word): word is Word => word.type === 'instance' && word.resource === resource),
    async startSupervisor() {
      const options: SpawnOptions = { stdio: ['ignore', 'pipe', 'pipe'] };
      const script = `echo $$ >${bin}/pid; PATH=${bin}:$PATH exec "$@"`;
      const vnfha = [process.execPath, '--import=tsx', `${root}/src/cli/main.ts`, 'supervisor'];
      const child = node.start('sh', ['-c', script, 'sh', ...vnfha], options);
      let log = '';
      child.stderr!.on('data', (data: Buffer) => (log += data.toString()));
      t.teardown(() => void (t.passed || process.stderr.write(log)));
      await until('the supervisor is in the group', () => log.includes('"group-joined"') || child.exitCode !== null);
      if (child.exitCode !== null) throw new Error(log);
      pid = Number(read(`${bin}/pid`));
      return child;
    },
    supervisorPid: () => pid,
    launch,
    async launchRedis() {
      const launched = await launch('redis', 'redis-server', '--port', '7001', '--bind', '127.0.0.1', '--save', '');
      await until('redis answers', () => node.run('redis-cli', '-p', '7001', 'ping').stdout === 'PONG\n');
      return launched;
    },
    note: (resource, record) => write(node, `${state}/${resource}.json`, JSON.stringify(record)),
    notedAt: (resource) => Number(node.run('stat', '-c', '%.3Y', `${state}/${resource}.json`).stdout) * 1000,
    running(leader, more = {}) {
      const stat = read(`/proc/${leader}/stat`)!;
      const startTime = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
      return { agent: 'vnfc', phase: 'running', leader: { pid: leader, startTime }, role: 'unpromoted', ...more };
    },
    told: () => (read(`${bin}/told`) ?? '').split('\n').filter(Boolean),
    pacemakerTakes: (seconds) => write(node, `${bin}/takes`, `${seconds}\n`),
    attributesAsked: () => (read(`${bin}/asked`) ?? '').split('\n').filter(Boolean),
    pacemakerAnswers: (code) => write(node, `${bin}/code`, `${code}\n`),
    sight: (resource) => read(`/run/vnfha/sights/${resource}`),
    signal: (name, whom) => void node.run('kill', `-${name}`, String(whom)),
  };
}

/** At once, as the agents do. */
function write(node: LonelyNode, file: string, text: string): void {
  node.run('sh', '-c', 'mkdir -p "${1%/*}" && printf %s "$2" >"$1.tmp" && mv "$1.tmp" "$1"', 'sh', file, text);
}
