/**
 * When a recurring monitor may answer by what the supervisor saw (a sight), without Node: agents/stub/sight.sh. An instance needs
 * a pass for it. A full monitor gives it, when it is healthy and everything that follows from that is done (the promotion score,
 * the watch that the supervisor is to keep); every change of the instance and every failure ends it.
 *
 * A change of the role gives one, too, for the first monitor that follows: it has just seen that the instance took the role, and that monitor
 * would come in the midst of a failover. The second one is a full one.
 *
 * A pass says for which executor it is (the parent of every agent; another one, after Pacemaker was restarted, has a full monitor
 * first), for which process and which parameters. A sight counts only when it is newer than the pass.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { paths } from '../model/names.ts';
import type { ProcessIdentity } from './processes.ts';
import { fileNameOf } from './state-file.ts';

export interface Pass {
  /** Its pid. */
  readonly executor: number;
  /** undefined: a program that manages itself */
  readonly leader: ProcessIdentity | undefined;
  /** As texts, all of the declaration, in its order; '' is not given. */
  readonly parameters: readonly string[];
  /** Of an agent that just changed the role: what the first monitor has to find, and until when (whole seconds of /proc/uptime). */
  readonly once?: { readonly code: 0 | 8; readonly until: number };
}

/** Between the parameters. */
const separator = '\u001f';

/** Has the monitors that `pass` fits go by the supervisor's sights from now on. A pass that is there already stays as old as it is. */
export function openFastPath(instance: string, pass: Pass): void {
  const text = passText(pass);
  if (text === undefined || text === present(instance)) return;
  mkdirSync(paths.passes, { recursive: true, mode: 0o700 });
  const file = passOf(instance);
  const candidate = `${file}~${process.pid}`; // no instance's file is called so
  writeFileSync(candidate, text, { mode: 0o600 });
  renameSync(candidate, file);
}

/** From now on every monitor takes the long way, until one is healthy. */
export function closeFastPath(instance: string): void {
  rmSync(passOf(instance), { force: true });
  rmSync(`${paths.sights}/${fileNameOf(instance)}`, { force: true });
}

/** What the stub reads, as shell code; undefined where it cannot be said for certain. */
export function passText({ executor, leader, parameters, once }: Pass): string | undefined {
  // 0 and 1: who asked is outside this pid namespace, or gone
  if (executor <= 1 || parameters.some((value) => value.includes(separator))) return undefined;
  const { pid, startTime } = leader ?? { pid: 0, startTime: 0 };
  const lines = {
    for_executor: String(executor),
    for_leader: `${pid} ${startTime}`,
    for_parameters: parameters.join(separator),
    ...(once === undefined ? {} : { for_code: String(once.code), for_until: String(once.until) }),
  };
  return Object.entries(lines).map(([name, value]) => `${name}='${value.replaceAll("'", "'\\''")}'\n`).join(''); // prettier-ignore
}

const passOf = (instance: string): string => `${paths.passes}/${fileNameOf(instance)}`;

function present(instance: string): string | undefined {
  try {
    return readFileSync(passOf(instance), 'utf8');
  } catch {
    return undefined;
  }
}
