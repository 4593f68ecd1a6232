/**
 * A node with a real corosync, an imagined Pacemaker (bin/), a VNFM simulator and notifiers, each in a process of its own.
 */
import { type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ExecutionContext } from 'ava';
import type { JournalEntry } from '../../../src/decide/incident-journal.ts';
import { lonelyNode, until } from '../corosync/lonely-node.ts';

export { until };

export interface Scene {
  readonly directory: string;
  /** Breaks the VNFC, so that Pacemaker doesn't recover it. */
  breakWeb(): void;
  setWeb(state: 'whole' | 'broken' | 'stopped'): void;
  startNotifier(journal?: string): Promise<NotifierProcess>;
  startVnfm(...options: string[]): Promise<ChildProcess>;
  endVnfm(signal?: NodeJS.Signals): Promise<void>;
  /** Speaks to the VNFM. */
  get<T>(resource: string): T;
  post(resource: string, body?: object): void;
  /** The operator of the VNFM has it try again. */
  retry(operation: string): void;
  heals(): readonly Heal[];
  journal(name?: string): readonly JournalEntry[];
  kinds(name?: string): readonly string[];
  cleanups(): number;
  signalCorosync(signal: string): Promise<void>;
  startCorosync(): Promise<void>;
}

export interface Heal {
  readonly operation: string;
  readonly params: {
    readonly cause: string;
    readonly vnfcInstanceId?: readonly string[];
    readonly additionalParams: object;
  };
}

export interface NotifierProcess {
  readonly lines: Record<string, unknown>[];
  of(event: string): Record<string, unknown>[];
  signal(signal: NodeJS.Signals): void;
  /** Its exit code, or the signal that ended it. */
  ended(): Promise<number | string>;
}

const port = 9890;
const runTs = [process.execPath, '--import', 'tsx'] as const;

export async function scene(
  t: ExecutionContext,
  change: (description: string) => string = (same) => same,
): Promise<Scene> {
  // /var/tmp: the node has a /tmp of its own
  const directory = mkdtempSync('/var/tmp/vnfha-notifier-');
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  const file = (name: string) => path.join(directory, name);
  const node = await lonelyNode();
  t.teardown(node.end);
  await node.startCorosync();
  writeFileSync(file('vnf.yaml'), change(description(directory)));
  writeFileSync(file('secret'), 's3cret\n', { mode: 0o600 });
  writeFileSync(file('web'), 'whole\n');
  const env = {
    ...process.env,
    PATH: `${path.resolve('test/host/notifier/bin')}:${process.env.PATH}`,
    VNFHA_TEST_STATE: directory,
  };
  let failures = 0;
  let vnfm: ChildProcess | undefined;

  const curl = (...args: string[]) => {
    const { code, stdout, stderr } = node.run('curl', '-sSk', '--fail', '--max-time', '10', ...args);
    if (code !== 0) throw new Error(`curl ${args.join(' ')}: ${stderr}`);
    return stdout;
  };
  const scheme = () => (readFileSync(file('vnf.yaml'), 'utf8').includes('https://') ? 'https' : 'http');
  const urlOf = (resource: string) => `${scheme()}://127.0.0.1:${port}${resource}`;
  const journal = (name = 'incidents.jsonl'): JournalEntry[] =>
    existsSync(file(name))
      ? readFileSync(file(name), 'utf8')
          .split('\n')
          .slice(0, -1)
          .map((line) => JSON.parse(line) as JournalEntry)
      : [];

  return {
    directory,
    breakWeb() {
      writeFileSync(file('failed-at'), new Date(1.79e12 + ++failures * 1000).toUTCString());
      rmSync(file('repaired'), { force: true });
      writeFileSync(file('web'), 'broken\n');
    },
    setWeb: (state) => writeFileSync(file('web'), `${state}\n`),
    async startNotifier(name = 'incidents.jsonl') {
      const [program, ...args] = runTs;
      const child = node.start(program, [...args, 'test/host/notifier/run-notifier.ts', file('vnf.yaml'), file(name)], {
        env,
        stdio: ['ignore', 'ignore', 'pipe'],
      } as object);
      return watch(t, child, (pid, signal) => void node.run('kill', `-${signal}`, pid));
    },
    async startVnfm(...options) {
      const [program, ...args] = runTs;
      const own = [
        '--listen',
        `127.0.0.1:${port}`,
        '--log',
        file('vnfm.log'),
        '--client',
        'vnfha',
        '--secret',
        's3cret',
      ];
      const repair = ['--on-heal', `touch ${file('repaired')}`, '--heal-time', '300ms'];
      vnfm = node.start(program, [...args, 'test/host/notifier/run-simulator.ts', ...own, ...repair, ...options]);
      await until('the VNFM answers', () => node.run('curl', '-sk', urlOf('/sim/heals')).code === 0);
      return vnfm;
    },
    async endVnfm(signal = 'SIGTERM') {
      // nsenter passes signals on only to those that it can; the VNFM itself is found by its port
      const pid = /pid=(\d+)/.exec(node.run('ss', '-Hltnp', `sport = :${port}`).stdout)![1]!;
      const gone = once(vnfm!, 'exit');
      node.run('kill', `-${signal.slice(3)}`, pid);
      await gone;
    },
    get: <T>(resource: string) => JSON.parse(curl(urlOf(resource))) as T,
    post: (resource, body) => void curl('-X', 'POST', ...(body ? ['-d', JSON.stringify(body)] : []), urlOf(resource)),
    retry(operation) {
      const token = JSON.parse(curl('-u', 'vnfha:s3cret', '-d', 'grant_type=client_credentials', urlOf('/token'))) as {
        access_token: string;
      };
      const headers = ['-H', `Authorization: Bearer ${token.access_token}`, '-H', 'Version: 2.0.0'];
      curl('-X', 'POST', ...headers, urlOf(`/vnflcm/v2/vnf_lcm_op_occs/${operation}/retry`));
    },
    heals: () => JSON.parse(curl(urlOf('/sim/heals'))) as Heal[],
    journal,
    kinds: (name) => journal(name).map(({ kind }) => kind),
    cleanups: () => (existsSync(file('cleanups')) ? readFileSync(file('cleanups'), 'utf8').split('\n').length - 1 : 0),
    signalCorosync: (signal) => node.signalCorosync(signal),
    startCorosync: () => node.startCorosync(),
  };
}

/** Reads its log until it is in the group; a failed test tells it. `kill`: signals a process of the node by the pid that it has there. */
async function watch(
  t: ExecutionContext,
  child: ChildProcess,
  kill: (pid: string, signal: string) => void,
): Promise<NotifierProcess> {
  const lines: Record<string, unknown>[] = [];
  t.teardown(() => {
    if (!t.passed) lines.forEach((line) => t.log(JSON.stringify(line)));
  });
  let rest = '';
  let code: number | string | undefined;
  child.once('exit', (status, signal) => (code = status ?? signal ?? 'lost'));
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop()!;
    for (const part of parts)
      lines.push(part.startsWith('{') ? (JSON.parse(part) as Record<string, unknown>) : { event: part });
  });
  const of = (event: string) => lines.filter((line) => line.event === event);
  await until('the notifier is in the group, or has ended', () => of('group').length > 0 || code !== undefined);

  const pid = `${(of('running')[0] as { pid?: number } | undefined)?.pid}`;
  return {
    lines,
    of,
    signal: (signal) => kill(pid, signal.slice(3)),
    async ended() {
      await until('the notifier has ended', () => code !== undefined);
      return code!;
    },
  };
}

const description = (directory: string) => `
vnf: { name: test, instanceId: 6fd7f6a4-1f0c }
networks:
  - { name: service, cidr: 10.77.0.0/24 }
nodes:
  - { name: lonely, id: 7, address: 10.77.0.1 }
  - { name: other, id: 8, address: 10.77.0.2 }
  - { name: third, id: 9, address: 10.77.0.3 }
fencing:
  - { name: lab, agent: fence_dummy }
vnfcs:
  - name: web
    redundancy: active-active
    service: { port: 8080, frontend: 80 }
    program: { run: nginx }
    recovery: { restarts: 1 }
    vnfcInstanceIds: { lonely: WEB-1 }
loadBalancer: { nodes: [lonely, other], vip: 10.77.0.60/24 }
vnfm:
  url: http://127.0.0.1:${port}
  alarms: http://127.0.0.1:${port}/alarms
  auth: { tokenUrl: "http://127.0.0.1:${port}/token", clientId: vnfha, clientSecretFile: ${directory}/secret }
`;
