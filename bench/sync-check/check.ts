/**
 * Clients write without a pause and note each acknowledgement, while the active instance is killed, frozen, cut off, switched or loses its power
 * again and again. After each failover, and at the end: no write that was acknowledged at `standby` or above is missing or undone, a batch is
 * there wholly or not at all, and there is no value that nobody wrote.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { chanceFrom } from '../chance.ts';
import { SyncError } from '../../src/sync/client.ts';
import { levels, type Level } from '../../src/sync/types.ts';
import type { Sidecar, Sidecars } from './sidecars.ts';
import type { Ground } from './channels.ts';

export interface CheckOptions {
  readonly failovers: number;
  readonly seed: number;
  /** Only these; default: all that are possible there. */
  readonly faults?: readonly string[] | undefined;
  /** ms of writing between two failovers. */
  readonly pauseMs?: number;
  /** What of it can fail fails as well. */
  readonly ground: Pick<Ground, 'plug' | 'power' | 'store'>;
  readonly say?: (line: string) => void;
}

export interface CheckResult {
  readonly failovers: Readonly<Partial<Record<Fault, number>>>;
  readonly attempted: number;
  readonly acknowledged: Readonly<Record<Level, number>>;
  /** Acknowledged at `local`, and not there: allowed. */
  readonly lostLocal: number;
  /** Writes at `standby` that an instance which was frozen or cut off acknowledged after its successor had begun: none is allowed. */
  readonly acceptedWhenStale: number;
  readonly askedWhenStale: number;
  /** What must not be; empty when all is well. */
  readonly violations: readonly string[];
}

export const faults = ['kill', 'freeze', 'switch', 'cut', 'power', 'store', 'store-power'] as const;
type Fault = (typeof faults)[number];

function possibleOn({ plug, power, store }: CheckOptions['ground']): readonly Fault[] {
  const needs: Partial<Record<Fault, unknown>> = { cut: plug, power, store, 'store-power': store?.losePower };
  return faults.filter((fault) => !(fault in needs) || needs[fault] !== undefined);
}

interface Write {
  readonly writer: number;
  readonly n: number;
  readonly level: Level;
  acknowledged: boolean;
}

const writers = 4;
const key = ({ writer, n }: Write): string => `u/${writer}/${n}`;
const value = ({ writer, n, level }: Write): string => `${writer}:${n}:${level}`;

export async function runCheck({ all }: Sidecars, options: CheckOptions): Promise<CheckResult> {
  const { failovers, seed, ground, pauseMs = 500, say = () => undefined } = options;
  const { plug, power, store } = ground;
  // one for the faults alone: what they are doesn't hang on how many writes there were
  const random = chanceFrom(seed);
  const randomLevel = chanceFrom(seed + 1);
  const writes: Write[] = [];
  const violations: string[] = [];
  const possible = possibleOn(ground).filter((fault) => options.faults?.includes(fault) ?? true);
  if (possible.length === 0) throw new Error(`none of these faults is possible here: ${options.faults?.join(', ')}`);
  const counts: Partial<Record<Fault, number>> = Object.fromEntries(possible.map((fault) => [fault, 0]));
  let [acceptedWhenStale, askedWhenStale] = [0, 0];
  let active = all[0]!;
  let epoch = 0;
  let over = false;

  async function write(to: Sidecar, writer: number, n: number): Promise<boolean> {
    const one: Write = { writer, n, level: levels[Math.floor(randomLevel() * levels.length)]!, acknowledged: false };
    writes.push(one);
    const put = (name: string, text: string) => ({
      op: 'put' as const,
      key: Buffer.from(name),
      value: Buffer.from(text),
    });
    const last = put(`last/${writer}`, String(n));
    try {
      const done = to.client.batch([put(key(one), value(one)), last], one.level).then(() => (one.acknowledged = true));
      // a late acknowledgement counts, but nobody waits for it for long
      done.catch(() => undefined);
      return await Promise.race<boolean>([done, delay(1500, false)]);
    } catch (error) {
      if (!(error instanceof SyncError)) throw error;
      return false;
    }
  }

  async function writeOn(writer: number): Promise<void> {
    for (let n = 1; !over; n += 1) {
      if (!(await write(active, writer, n))) await delay(20);
    }
  }

  /** Promotes one of the others, as soon as one can be sure. */
  async function promote(candidates: readonly Sidecar[]): Promise<void> {
    const end = performance.now() + 30_000;
    for (let at = Math.floor(random() * candidates.length); ; at += 1) {
      const next = candidates[at % candidates.length]!;
      epoch += 1;
      try {
        await next.role('active', epoch);
        active = next;
        return;
      } catch (error) {
        if (performance.now() > end) throw error;
        await delay(100);
      }
    }
  }

  /** Writes to one that was active: in the socket of a frozen one they wait, and are the first that it sees. */
  function askStale(frozen: Sidecar): Promise<void>[] {
    return [0, 1, 2].map(async (at) => {
      askedWhenStale += 1;
      const n = askedWhenStale;
      const one: Write = { writer: 90 + at, n, level: 'standby', acknowledged: false };
      writes.push(one);
      try {
        await frozen.client.put(key(one), value(one), 'standby');
        one.acknowledged = true;
        acceptedWhenStale += 1;
      } catch {
        // refused, or unanswered: right
      }
    });
  }

  async function failOver(fault: Fault): Promise<void> {
    const old = active;
    const others = all.filter((each) => each !== old);
    counts[fault] += 1;
    if (fault === 'kill') {
      await old.kill();
      await promote(others);
      await old.start();
    } else if (fault === 'freeze') {
      old.signal('SIGSTOP');
      await promote(others);
      const asked = askStale(old);
      await delay(random() * 1000);
      old.signal('SIGCONT');
      await Promise.all(asked);
    } else if (fault === 'cut') {
      plug!(old.name, false);
      await promote(others);
      const asked = askStale(old);
      await delay(random() * 1000);
      plug!(old.name, true);
      await Promise.all(asked);
    } else if (fault === 'power') {
      await power!.cut(old.name);
      await old.kill();
      power!.gone?.();
      await promote(others);
      await power!.back(old.name);
      await old.start();
    } else await promote(others);
    if (fault !== 'kill' && fault !== 'power') await old.role('standby');
  }

  async function failStore(fault: Fault): Promise<void> {
    counts[fault] += 1;
    if (fault === 'store-power') return store!.losePower!(random() * 1000);
    await store!.kill();
    await delay(random() * 1000);
    await store!.start();
  }

  async function allConnected(): Promise<void> {
    const end = performance.now() + 30_000;
    for (;;) {
      const { copies, epoch: now } = await active.client.status();
      if (copies.every(({ connected, version }) => connected && version?.epoch === now)) return;
      if (performance.now() > end)
        throw new Error(`the copies of ${active.name} don't come: ${JSON.stringify(copies)}`);
      await delay(50);
    }
  }

  async function look(): Promise<void> {
    const before = writes.filter(({ acknowledged, level }) => acknowledged && level !== 'local');
    const state = await active.client.snapshot();
    for (const found of checkState(state, before, writes)) violations.push(`epoch ${epoch}, ${active.name}: ${found}`);
  }

  await promote([active]);
  await allConnected();
  const writing = Array.from({ length: writers }, (_, writer) => writeOn(writer));
  try {
    for (let at = 1; at <= failovers; at += 1) {
      await delay(pauseMs * (0.5 + random()));
      const fault = possible[Math.floor(random() * possible.length)]!;
      const begun = performance.now();
      await (fault.startsWith('store') ? failStore(fault) : failOver(fault));
      say(
        `${at}: ${fault}, epoch ${epoch} at ${active.name}, ${Math.round(performance.now() - begun)} ms, ${writes.length} writes`,
      );
      await look();
      await allConnected();
    }
    await delay(pauseMs);
  } finally {
    over = true;
    await Promise.all(writing);
  }
  await delay(100);
  await look();
  const state = await active.client.snapshot();
  const acknowledged = { local: 0, standby: 0, quorum: 0 };
  for (const each of writes) if (each.acknowledged) acknowledged[each.level] += 1;
  const lostLocal = writes.filter(
    (each) => each.acknowledged && each.level === 'local' && !state.has(key(each)),
  ).length;
  return {
    failovers: counts,
    attempted: writes.length,
    acknowledged,
    lostLocal,
    acceptedWhenStale,
    askedWhenStale,
    violations,
  };
}

/** What is wrong with a state in which `safe` must be. */
export function checkState(
  state: ReadonlyMap<string, Buffer>,
  safe: readonly Write[],
  all: readonly Write[],
): string[] {
  const wrong: string[] = [];
  const newest = new Map<number, number>();
  for (const each of safe) {
    const found = state.get(key(each));
    if (found === undefined) wrong.push(`${key(each)} was acknowledged at ${each.level} and is missing`);
    newest.set(each.writer, Math.max(newest.get(each.writer) ?? 0, each.n));
  }
  const written = new Map(all.map((each) => [key(each), value(each)]));
  for (const [name, bytes] of state) {
    const [kind, writer] = name.split('/');
    if (kind === 'last') {
      const [n, least] = [Number(bytes.toString()), newest.get(Number(writer)) ?? 0];
      if (n < least) wrong.push(`${name} is ${n}, but ${least} was acknowledged after it`);
      if (!state.has(`u/${writer}/${n}`)) wrong.push(`${name} is ${n}, but the rest of that batch is missing`);
    } else if (written.get(name) !== bytes.toString()) wrong.push(`${name} is ${bytes.toString()}, which nobody wrote`);
  }
  return wrong;
}
