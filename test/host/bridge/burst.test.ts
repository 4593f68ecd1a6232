/** A thousand servers, and five hundred deaths at once: one decision, one batch, a real HAProxy. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { startEngine } from '../../../src/bridge/engine.ts';
import type { RotationPlace } from '../../../src/decide/rotation-types.ts';
import { rotationOf } from '../../../src/haproxy/config-file.ts';
import { runtimeAt } from '../../../src/haproxy/runtime.ts';
import type { ClusterStatus } from '../../../src/model/cluster.ts';
import type { Vnf } from '../../../src/model/vnf.ts';
import { now } from '../../../src/process/clock.ts';
import { createLog } from '../../../src/process/log.ts';
import { kill, until } from '../haproxy/rig.ts';

const names = (count: number, letter: string) => Array.from({ length: count }, (_, n) => `${letter}${n + 1}`);
const nodes = names(100, 'n');
const vnfcs = names(10, 'w');

const places: RotationPlace[] = vnfcs.flatMap((vnfc) =>
  nodes.map((node, index) => ({
    backend: `tel-${vnfc}`,
    server: node,
    vnfc,
    node,
    address: '127.0.0.1',
    port: 9,
    hosts: [{ name: node, id: index + 1 }],
    vnfcResource: `tel-${vnfc}`,
    memberResource: `tel-${vnfc}-member`,
  })),
);

const flags = { standby: false, maintenance: false, pending: false, unclean: false };
const status: ClusterStatus = {
  quorate: true,
  dc: 'n1',
  maintenance: false,
  nodes: nodes.map((name, index) => ({ name, id: index + 1, online: true, ...flags })),
  resources: places.flatMap(({ vnfcResource, memberResource, server: node }) =>
    [vnfcResource, memberResource].map((id) => ({
      id,
      agent: 'ocf:vnfha:vnfc',
      role: 'Started' as const,
      active: true,
      failed: false,
      managed: true,
      pending: undefined,
      nodes: [node],
    })),
  ),
  failures: [],
};

test('five hundred deaths of a thousand servers are one batch, in memory and file', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'vnfha-burst-'));
  const [config, socket] = [join(folder, 'haproxy.cfg'), join(folder, 'haproxy.sock')];
  const render = (excluded: ReadonlySet<string>): string =>
    [
      `global\n  stats socket ${socket} mode 600 level admin`,
      'defaults\n  mode http\n  timeout connect 1s\n  timeout client 10s\n  timeout server 10s',
      ...vnfcs.map((vnfc) =>
        [
          `backend tel-${vnfc}`,
          ...nodes.map(
            (node) => `  server ${node} 127.0.0.1:9${excluded.has(`tel-${vnfc}/${node}`) ? ' disabled' : ''}`,
          ),
        ].join('\n'),
      ),
      '',
    ].join('\n');
  writeFileSync(config, render(new Set()));
  const haproxy = spawn('haproxy', ['-db', '-f', config], { stdio: 'ignore' });
  const logged: Record<string, unknown>[] = [];
  const engine = await startEngine({
    node: 'n1',
    structure: { vnf: { name: 'tel' } as Vnf, places, render },
    config,
    haproxySocket: socket,
    haproxyMaster: join(folder, 'master.sock'),
    haproxyTimeoutMs: 20_000,
    observeMs: 2000,
    observeQuietMs: 5000,
    policy: {
      statusIntervalMs: 60_000,
      quietAfterMs: 60_000,
      quietIntervalMs: 30_000,
      askGapMs: 500,
      settleMs: 500,
      untoldMs: 60_000,
      minHoldMs: 2000,
      maxHoldMs: 120_000,
    },
    readStatus: () => Promise.resolve(status),
    send: () => Promise.resolve(),
    log: createLog('bridge', (line) => logged.push(JSON.parse(line) as Record<string, unknown>)),
  });
  t.teardown(async () => {
    await engine.stop();
    await kill(haproxy);
    rmSync(folder, { recursive: true, force: true });
  });
  const servers = () => [...engine.state.servers.values()];
  await until(
    () => engine.state.haproxyPid !== undefined && servers().every(({ out }) => !out),
    'all in, HAProxy seen',
  );
  await until(() => servers().every(({ memory, inFlight }) => memory === 'in' && inFlight === 0), 'memory is known');
  logged.length = 0;

  const dead = places.filter((_, index) => index % 2 === 0);
  const begun = now();
  for (const { server: node, vnfcResource: resource } of dead) {
    engine.post({ type: 'instance', at: now(), node, resource, word: 'died', seen: Date.now(), what: 'it was killed' });
  }
  await until(() => servers().filter(({ memory }) => memory === 'out').length === dead.length, 'all are out');
  await until(() => servers().filter(({ file }) => file === 'out').length === dead.length, 'the file has it');

  const batches = logged.filter(({ event }) => event === 'set-servers');
  t.is(batches.length, 1);
  t.is((batches[0]!.servers as unknown[]).length, 500);
  const [all, inHaproxy] = [batches[0]!.usFromEvidence as number, batches[0]!.usInHaproxy as number];
  t.log(`${all / 1000} ms from the first word to HAProxy's last yes, ${inHaproxy / 1000} ms of it with HAProxy`);
  t.log(`${Math.round(now() - begun)} ms until the file is right as well`);
  const seen = await runtimeAt(socket, 20_000).observe();
  const out = seen.servers
    .filter(({ admin }) => admin === 'maint')
    .map(({ backend, server }) => `${backend}/${server}`);
  const wanted = dead.map(({ backend, server }) => `${backend}/${server}`).sort();
  t.deepEqual(out.sort(), wanted);
  const file = [...rotationOf(readFileSync(config, 'utf8'))].filter(([, says]) => says === 'out').map(([key]) => key);
  t.deepEqual(file.sort(), wanted);
});
