import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { type Ground, grounds } from '../../../bench/sync-check/channels.ts';
import { makeSidecars, type Sidecar, type Sidecars } from '../../../bench/sync-check/sidecars.ts';
import { SyncError } from '../../../src/sync/client.ts';

export interface Scene extends Sidecars {
  readonly ground: Ground;
}

/** Sidecars with a channel, all started unless `started` says which; they end with the test. */
export async function scene(t: ExecutionContext, channel: string, started?: readonly string[]): Promise<Scene> {
  const folder = mkdtempSync(join(tmpdir(), 'sync-'));
  const ground = await grounds[channel]!(folder);
  const sidecars = await makeSidecars(folder, ground.names, ground.channel, ground.enter);
  t.teardown(async () => {
    await sidecars.end();
    await ground.end();
    rmSync(folder, { recursive: true, force: true });
  });
  const wanted = sidecars.all.filter(({ name }) => started?.includes(name) ?? true);
  await Promise.all(wanted.map((each) => each.start()));
  return { ...sidecars, ground };
}

/** The code of the refusal that this ends with. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof SyncError) return error.code;
    throw error;
  }
  return 'none';
}

/** Its first promotion; a later one where a busy machine let the copies answer too late. Its epoch. */
export async function firstPromotion(sidecar: Sidecar): Promise<number> {
  for (let epoch = 1; epoch < 5; epoch += 1) {
    const code = await codeOf(sidecar.role('active', epoch));
    if (code === 'none') return epoch;
    if (code !== 'not-enough-copies') throw new Error(`${sidecar.name} is not promoted: ${code}`);
  }
  throw new Error(`${sidecar.name} is not promoted: nobody answers`);
}

/** An address on the loopback interface of this process alone: no other has its pid in 127.0.0.0/8. @param at 0 to 3 */
export function ownHost(at: number): string {
  const number = process.pid * 4 + at; // a pid has 22 bits
  return `127.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`;
}
