/**
 * Wakes Pacemaker's controller where it sleeps in the middle of a node's loss.
 *
 * When the controller of the DC asks for the CIB after a membership change and one of its own updates is still unanswered, it
 * calls sleep(1) and asks again, up to twice (do_pe_invoke_callback in daemons/controld/controld_schedulerd.c, 2.1 and 3.0): a second
 * or two in which nobody is fenced and nothing is promoted, though the answer takes milliseconds. sleep(3) ends early when a signal
 * handler has run, and the controller catches SIGCHLD, whose handler only looks for children that have ended. So a SIGCHLD
 * makes it look again at once. Where it does not catch SIGCHLD, the signal does nothing (signal(7): ignored by default).
 */
import { nameOf, processesCalled } from '../process/named.ts';

/** The first 15 characters of pacemaker-controld: what the kernel keeps of a name. */
const controllerName = 'pacemaker-contr';
const everyMs = 20;
/** Longer than any two sleeps with what lies between them. */
const forMs = 4000;

/** Nudges this node's controller, if one runs here, every 20 ms for 4 s from now on. Returns what ends it sooner. Never throws. */
export function nudgeController(): () => void {
  const pids = processesCalled(controllerName);
  const begun = performance.now();
  const timer = setInterval(() => {
    if (performance.now() - begun > forMs) clearInterval(timer);
    for (const pid of pids) if (nameOf(pid) === controllerName) signal(pid);
  }, everyMs);
  return () => clearInterval(timer);
}

function signal(pid: string): void {
  try {
    process.kill(Number(pid), 'SIGCHLD');
  } catch {
    // it ended in this moment, or is not ours to signal: then Pacemaker is as quick as it is
  }
}
