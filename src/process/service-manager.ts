/**
 * What systemd is told of a daemon (sd_notify(3)): that it is ready, and, where the unit has a watchdog, that its event loop goes round.
 * Without systemd nothing is told.
 */
import { messageOf } from './failure.ts';
import { loadKoffi } from './koffi.ts';
import type { Log } from './log.ts';

/** Says READY, and goes on to say that it lives; what it returns says that it is about to end. Never throws. */
export async function reportReady(log: Log, environment: NodeJS.ProcessEnv = process.env): Promise<() => void> {
  if (environment.NOTIFY_SOCKET === undefined) return () => undefined;
  try {
    const library = (await loadKoffi()).load('libsystemd.so.0');
    const notify = library.func('int sd_notify(int, const char *)') as (unset: number, state: string) => number;
    const everyMs = watchdogMs(environment);
    const timer = everyMs === undefined ? undefined : setInterval(() => notify(0, 'WATCHDOG=1'), everyMs).unref();
    if (notify(0, 'READY=1') <= 0) log.warn('service-manager-silent', { socket: environment.NOTIFY_SOCKET });
    return () => {
      clearInterval(timer);
      notify(0, 'STOPPING=1');
    };
  } catch (error) {
    log.error('service-manager-unreachable', { why: messageOf(error), cure: 'Install the package libsystemd0.' });
    return () => undefined;
  }
}

/** A third of the time after which systemd holds it for hung; undefined: there is no watchdog. */
function watchdogMs({ WATCHDOG_USEC, WATCHDOG_PID }: NodeJS.ProcessEnv): number | undefined {
  const ours = WATCHDOG_PID === undefined || WATCHDOG_PID === String(process.pid);
  return ours && WATCHDOG_USEC !== undefined ? Number(WATCHDOG_USEC) / 3000 : undefined;
}
