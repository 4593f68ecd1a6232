/**
 * What a write through the sidecar costs, by channel and level, beside what the channel is built on; how long 100 MB take to a copy that comes anew
 * or to a successor; and the memory that takes.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { levels } from '../../src/sync/types.ts';
import type { Context, Figure, Part } from '../figure.ts';
import { grounds, type Ground } from '../sync-check/channels.ts';
import { makeSidecars, type Sidecar, type Sidecars } from '../sync-check/sidecars.ts';
import { latencies, rates } from '../sync/asked.ts';
import { type Counts, floors, type Measured } from '../sync/floors.ts';

const about =
  'a write through each channel at each level, beside what the channel is built on; 100 MB to a copy or a successor';
export const sync: Part = { name: 'sync', about, run };

const questionsATrial = 50;
const mostWindows = 5;
const value = Buffer.alloc(100, 'x');
const large = Buffer.alloc(2 ** 20, 'y');
const largeValues = 100;
/** docs/sync.md: three times the state, and 150 MB. */
const memoryMb = 3 * 105 + 150;
const patienceMs = 120_000;

async function run({ trials, only, say }: Context): Promise<Figure[]> {
  if (only !== undefined && only !== 'vnfha') return [];
  const figures: Figure[] = [];
  for (const [channel, prepare] of Object.entries(grounds)) {
    say(channel);
    const folder = mkdtempSync(path.join(tmpdir(), 'sync-'));
    const ground = await prepare(folder);
    const sidecars = await makeSidecars(folder, ground.names, ground.channel, ground.enter);
    try {
      await Promise.all(sidecars.all.map((each) => each.start()));
      figures.push(...(await writesOf(channel, ground, sidecars, trials)));
      say(`${channel}; 100 MB`);
      figures.push(...(await hundredMegabytes(channel, sidecars)));
    } finally {
      await sidecars.end();
      await ground.end();
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return figures;
}

async function writesOf(channel: string, ground: Ground, { all }: Sidecars, trials: number): Promise<Figure[]> {
  const [active] = all as [Sidecar, ...Sidecar[]];
  await active.role('active', 1);
  await untilCopied(active);
  const counts: Counts = { questions: questionsATrial * trials, windows: Math.min(trials, mostWindows) };
  const figures: Figure[] = [];
  const add = (who: string, { latencies: each, rates: perSecond }: Measured): void => {
    const ours = who === 'standby';
    figures.push(
      { what: `a write of 100 bytes, ${channel}`, who, ours, unit: 'ms', values: each },
      { what: `writes a second, 32 at the same time, ${channel}`, who, ours, unit: 'per s', values: perSecond },
    );
  };
  for (const level of levels) {
    const ask = (n: number): Promise<unknown> => active.client.put(`k/${n % 1000}`, value, level);
    add(level, { latencies: await latencies(ask, counts.questions), rates: await rates(ask, counts.windows) });
  }
  const floor = floors[channel]!;
  add(floor.who, await floor.measure(ground, counts));
  return figures;
}

/** Peers have a copy that came anew, stores a successor that reads what is there. */
async function hundredMegabytes(channel: string, { all }: Sidecars): Promise<Figure[]> {
  const [active, other] = all as [Sidecar, Sidecar];
  for (let n = 0; n < largeValues; n += 1) await active.client.put(`large/${n}`, large, 'standby');
  const peers = (await active.client.status()).copies.some(({ copy }) => copy === other.name);
  const begun = performance.now();
  if (peers) {
    await other.kill();
    await other.start();
    await untilCopied(active, other);
  } else await other.role('active', 2);
  const seconds = (performance.now() - begun) / 1000;
  const there = await other.client.get(`large/${largeValues - 1}`, { stale: true });
  if (there === undefined || !there.equals(large)) throw new Error(`${channel}: ${other.name} has not got the state`);
  const what = peers ? '100 MB to a copy that was restarted' : '100 MB read by a successor';
  const memory = (who: string, sidecar: Sidecar): Figure => ({
    what: 'memory of a sidecar with 100 MB of state, the most that it had (RSS)',
    who: `${channel}, ${who}`,
    ours: false,
    unit: 'MB',
    values: [mostMemory(sidecar)],
    target: { max: memoryMb },
  });
  return [
    { what, who: channel, ours: false, unit: 's', values: [seconds] },
    memory('the active one', active),
    memory(peers ? 'the copy' : 'the successor', other),
  ];
}

const mostMemory = ({ pid }: Sidecar): number =>
  Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;

/** Until everything that has a copy has all of it; by its own word, too, that of `other`. */
async function untilCopied(active: Sidecar, other = active): Promise<void> {
  const end = performance.now() + patienceMs;
  for (;;) {
    const [{ copies, version }, own] = await Promise.all([active.client.status(), other.client.status()]);
    const all = [...copies.map((copy) => (copy.connected ? copy.version : undefined)), own.version];
    if (all.every((each) => each?.sequence === version.sequence)) return;
    if (performance.now() > end) throw new Error(`the copies don't come: ${JSON.stringify(copies)}`);
    await delay(5);
  }
}
