/** `vnfha bridge` as a process: on a node called node1 (a UTS namespace), with a crm_mon that says what the test wants. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { Agent, request } from 'undici';
import { rotationOf } from '../../../src/haproxy/config-file.ts';
import { exitCodes } from '../../../src/process/failure.ts';
import { kill, until } from '../haproxy/rig.ts';
import { fakeCrmMon } from './crm-mon.ts';

const root = resolve(import.meta.dirname, '../../..');

interface Running {
  readonly child: ChildProcess;
  readonly lines: Record<string, unknown>[];
  text: string;
}

function setup(t: ExecutionContext) {
  const folder = mkdtempSync(join(tmpdir(), 'vnfha-bridge-'));
  const crmMon = fakeCrmMon(folder);
  const description = join(folder, 'vnf.yaml');
  cpSync(join(root, 'examples/sipcore.yaml'), description);
  const config = join(folder, 'haproxy.cfg');
  const socket = join(folder, 'bridge.sock');
  const children: ChildProcess[] = [];
  t.teardown(async () => {
    for (const child of children) await kill(child);
    rmSync(folder, { recursive: true, force: true });
  });

  function start(node = 'node1', user?: string): Running {
    const argv = [
      '--config',
      config,
      '--haproxy-socket',
      join(folder, 'h.sock'),
      '--bridge-socket',
      socket,
      description,
    ];
    const vnfha = [process.execPath, '--import=tsx', join(root, 'src/cli/main.ts'), 'bridge', ...argv];
    const as = user === undefined ? [] : ['setpriv', '--reuid', user, '--clear-groups'];
    const child = spawn('unshare', ['--uts', 'sh', '-c', `hostname ${node} && exec "$@"`, 'sh', ...as, ...vnfha], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'pipe'],
      env: { ...process.env, PATH: `${crmMon.bin}:${process.env.PATH}` },
    });
    children.push(child);
    const running: Running = { child, lines: [], text: '' };
    child.stderr.on('data', (data: Buffer) => {
      running.text += data.toString();
      running.lines.length = 0;
      for (const line of running.text.split('\n').slice(0, -1)) {
        if (line.startsWith('{')) running.lines.push(JSON.parse(line) as Record<string, unknown>);
      }
    });
    return running;
  }

  async function call(method: 'GET' | 'POST', path: string) {
    const dispatcher = new Agent({ connect: { socketPath: socket } });
    try {
      const { statusCode, body } = await request(`http://bridge${path}`, { method, dispatcher });
      return { status: statusCode, body: (await body.json()) as Record<string, unknown> };
    } finally {
      await dispatcher.close();
    }
  }

  const started = async (node?: string): Promise<Running> => {
    const running = start(node);
    await until(() => said(running, 'started'), 'it has started', 60_000);
    return running;
  };
  const out = (): string =>
    !existsSync(config)
      ? 'no file'
      : [...rotationOf(readFileSync(config, 'utf8'))].flatMap(([key, says]) => (says === 'out' ? [key] : [])).join();
  return { folder, crmMon, description, config, socket, start, started, call, out };
}

const said = (running: Running, event: string): boolean => running.lines.some((line) => line.event === event);

async function end(running: Running, signal: NodeJS.Signals): Promise<number | null> {
  const exit = once(running.child, 'exit');
  running.child.kill(signal);
  const [code] = (await exit) as [number | null];
  return code;
}

test.serial(
  'without corosync and HAProxy: the file follows the cluster, prepare says where it is, SIGTERM ends it with 0',
  async (t) => {
    const { crmMon, config, started, call, out } = setup(t);
    const bridge = await started();
    t.is((await call('POST', '/haproxy/prepare')).status, 503);
    t.is(out(), 'no file');

    crmMon.says('node2');
    await until(() => out() === 'sipcore-web/node2', 'the file is there');
    t.deepEqual(await call('POST', '/haproxy/prepare'), { status: 200, body: { file: config } });
    crmMon.says('node3');
    await call('POST', '/haproxy/prepare');
    t.is(out(), 'sipcore-web/node3', 'prepare asks the cluster, and does not wait for the next time');
    const { body } = await call('GET', '/state');
    t.like(body, { node: 'node1', vnf: 'sipcore', corosync: 'down', settled: true, haproxy: { running: false } });

    t.is(await end(bridge, 'SIGTERM'), 0);
    const count = (event: string): number => bridge.lines.filter((line) => line.event === event).length;
    t.is(count('corosync-away'), 1, 'said once');
    t.is(count('pacemaker-silent'), 1, 'said once');
  },
);

test.serial('kill -9 loses nothing: the next one keeps the file until Pacemaker answers', async (t) => {
  const { crmMon, start, started, call, out } = setup(t);
  crmMon.says('node2');
  const first = await started();
  await until(() => out() === 'sipcore-web/node2', 'the file is there');
  await end(first, 'SIGKILL');
  crmMon.fails();
  const second = start();
  await until(() => said(second, 'pacemaker-silent') && said(second, 'started'), 'asked in vain', 60_000);
  t.is(out(), 'sipcore-web/node2');
  const { body } = await call('GET', '/state');
  const servers = body.servers as { server: string; rotation: string; decided: boolean }[];
  t.deepEqual(
    servers.map(({ server, rotation, decided }) => [server, rotation, decided]),
    [
      ['node1', 'in', false],
      ['node2', 'out', false],
      ['node3', 'in', false],
    ],
  );
});

test.serial('SIGHUP: a changed description goes into the file, a bad one changes nothing', async (t) => {
  const { crmMon, description, config, started, out } = setup(t);
  crmMon.says('node2');
  const bridge = await started();
  await until(() => out() === 'sipcore-web/node2', 'the file is there');
  const text = readFileSync(description, 'utf8');
  writeFileSync(description, text.replace('port: 8080', 'port: 8099'));
  bridge.child.kill('SIGHUP');
  await until(() => readFileSync(config, 'utf8').includes(':8099'), 'the new port');
  t.is(out(), 'sipcore-web/node2');

  const before = readFileSync(config, 'utf8');
  writeFileSync(description, text.replace('vnfcs:', 'vnfcz:'));
  bridge.child.kill('SIGHUP');
  await until(() => said(bridge, 'description-refused'), 'refused');
  t.is(readFileSync(config, 'utf8'), before);
  t.regex(JSON.stringify(bridge.lines), /vnfcz/);

  writeFileSync(description, text.replace('nodes: [node1, node2]', 'nodes: [node2, node3]'));
  bridge.child.kill('SIGHUP');
  await until(() => said(bridge, 'idle'), 'no longer a node of the load balancer');
  t.is(await end(bridge, 'SIGTERM'), 0);
});

test.serial('on a node without the load balancer it idles', async (t) => {
  const { crmMon, socket, started, out } = setup(t);
  crmMon.says();
  const bridge = await started('node3');
  t.is(bridge.lines.filter((line) => line.event === 'idle').length, 1);
  t.is(out(), 'no file');
  t.false(existsSync(socket));
  t.is(await end(bridge, 'SIGTERM'), 0);
});

test.serial('told to end while it starts it ends in order, with 0', async (t) => {
  const { folder, crmMon, start } = setup(t);
  const checking = join(folder, 'checking');
  const haproxy = `#!/bin/sh\n: >${checking}\nsleep 1\nexec /usr/sbin/haproxy "$@"\n`;
  writeFileSync(join(crmMon.bin, 'haproxy'), haproxy, { mode: 0o755 });
  const bridge = start();
  await until(() => existsSync(checking), 'it has HAProxy check the file', 60_000);
  t.is(await end(bridge, 'SIGTERM'), 0);
  await until(() => said(bridge, 'stopped'), 'it says that it has ended');
  t.true(said(bridge, 'started'));
});

test.serial('what waiting would not cure ends it, with a sentence and an exit code', async (t) => {
  const { description, start, started } = setup(t);
  const ended = async (running: Running): Promise<number> => (await once(running.child, 'exit'))[0] as number;

  const nobody = start('node1', 'nobody');
  t.is(await ended(nobody), exitCodes.permission);
  t.regex(nobody.text, /^vnfha: .*only root/);

  const stranger = start('node7');
  t.is(await ended(stranger), exitCodes.input);
  t.regex(stranger.text, /^vnfha: this node is called 'node7', .*node1, node2, node3\n.*hostname/);

  await started();
  const second = start();
  t.is(await ended(second), exitCodes.conflict);
  t.regex(second.text, /vnfha: another bridge is running/);

  writeFileSync(description, 'vnf: 7\n');
  const bad = start();
  t.is(await ended(bad), exitCodes.input);
  rmSync(description);
  t.is(await ended(start()), exitCodes.missing);
});
