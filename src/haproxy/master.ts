/**
 * HAProxy's master (`haproxy -W -S SOCKET`): has it take up a changed configuration file. The new worker takes the listening sockets
 * over from the old one, which ends with its last session: no request is lost (HAProxy management guide, 'Master-worker mode', 'reload').
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../process/failure.ts';
import { openDoor } from './door.ts';

interface MasterInfo {
  readonly pid: number;
  readonly reloads: number;
  /** Reloads since the last one that went well. */
  readonly failed: number;
}

const pollMs = 20;
/** For so long nobody may listen: a master that starts itself anew, twice after a refused configuration. */
const awayMs = 1000;

/**
 * Has the master at `socket` reload, and waits until it says how that went.
 * @throws Failure 'missing' (no master listens there), 'haproxy' (it refuses the configuration; the old worker goes on), 'timeout', 'permission'
 */
export async function reloadHaproxy(socket: string, timeoutMs: number): Promise<void> {
  const door = openDoor(socket, timeoutMs, 'quit');
  const info = async (): Promise<MasterInfo> => parseMaster((await door.ask(['show proc']))[0]!);
  const until = performance.now() + timeoutMs;
  const before = await patiently(info);
  // it answers by starting itself anew: what comes of that is asked for
  await patiently(() => door.ask(['reload']).catch(ignoreUnless('missing', 'permission')));
  while (performance.now() < until) {
    const now = await info().catch(ignoreUnless('permission')); // for a moment nobody listens
    if (now !== undefined && now.failed > before.failed) {
      throw new Failure('haproxy', 'HAProxy does not take up its new configuration and goes on with the old one', {
        cure: "See its log, and 'haproxy -c' on the file.",
      });
    }
    if (now !== undefined && now.reloads > before.reloads) return;
    await sleep(pollMs);
  }
  throw new Failure('timeout', `HAProxy did not reload within ${timeoutMs} ms`, { retryable: true });
}

/** The first line of `show proc` that is the master's: `PID master RELOADS [failed: N] …`. @throws Failure 'input' */
export function parseMaster(reply: string): MasterInfo {
  const [, pid, reloads, failed] = /^(\d+)\s+master\s+(\d+)\s+\[failed: (\d+)\]/m.exec(reply) ?? [];
  if (pid === undefined)
    throw new Failure('input', `HAProxy's master does not say what runs: '${reply.slice(0, 200)}'`);
  return { pid: Number(pid), reloads: Number(reloads), failed: Number(failed) };
}

/** Does `task`, which may find nobody, until it finds somebody or `awayMs` are over. */
async function patiently<T>(task: () => Promise<T>): Promise<T> {
  const until = performance.now() + awayMs;
  for (;;) {
    try {
      return await task();
    } catch (error) {
      if (!(error instanceof Failure && error.kind === 'missing') || performance.now() > until) throw error;
      await sleep(pollMs);
    }
  }
}

const ignoreUnless =
  (...kinds: readonly string[]) =>
  (error: unknown): undefined => {
    if (error instanceof Failure && kinds.includes(error.kind)) throw error;
    return undefined;
  };
