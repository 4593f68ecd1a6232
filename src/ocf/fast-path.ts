/**
 * When a recurring monitor may answer by what the supervisor saw (a sight), without Node: agents/stub.sh. An instance needs a pass
 * for it. A full monitor gives it, when it is healthy and everything that follows from that is done (the promotion score, the
 * watch that the supervisor is to keep); every change of the instance and every failure ends it.
 *
 * The pass holds the pid of the executor that asked, the parent of every agent: another one, after Pacemaker was restarted, has a
 * full monitor first. A sight counts only when it is newer than the pass.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { paths } from '../model/names.ts';
import { fileNameOf } from './state-file.ts';

/** Has the monitors of this `executor` go by the supervisor's sights from now on. A pass that it has already stays as it is. */
export function openFastPath(instance: string, executor = process.ppid): void {
  if (executor <= 1 || holder(instance) === executor) return; // 0, 1: the one who asked is gone, or outside this pid namespace
  mkdirSync(paths.passes, { recursive: true, mode: 0o700 });
  const file = passOf(instance);
  const candidate = `${file}~${process.pid}`; // no instance's file is called so
  writeFileSync(candidate, `${executor}\n`, { mode: 0o600 });
  renameSync(candidate, file);
}

/** From now on every monitor takes the long way, until one is healthy. */
export function closeFastPath(instance: string): void {
  rmSync(passOf(instance), { force: true });
  rmSync(`${paths.sights}/${fileNameOf(instance)}`, { force: true });
}

const passOf = (instance: string): string => `${paths.passes}/${fileNameOf(instance)}`;

function holder(instance: string): number | undefined {
  try {
    return Number(readFileSync(passOf(instance), 'utf8'));
  } catch {
    return undefined;
  }
}
