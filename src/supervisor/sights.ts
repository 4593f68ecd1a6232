/**
 * Sights: what a supervisor saw of an instance, for the agents' recurring monitors. Only health is ever shown, and only for a while;
 * docs/supervisor.md has the form. Whatever is not exactly right in one sends the monitor to look itself.
 */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { type ProcessIdentity, processStat } from '../ocf/processes.ts';

export interface Sight {
  readonly code: 0 | 8;
  /** undefined: the program manages itself */
  readonly leader: ProcessIdentity | undefined;
  /** For how long it may still be believed. */
  readonly forMs: number;
  /** The parameters that were checked, as one line: see parametersLine. */
  readonly parameters: string;
}

export interface Sights {
  show(resource: string, sight: Sight): void;
  hide(resource: string): void;
  hideAll(): void;
}

const separator = '\x1f';

/** Of the parameters that are given, in the order of `names`; undefined where they cannot be in one line. */
export function parametersLine(names: readonly string[], given: Readonly<Record<string, string>>): string | undefined {
  const pairs = names.flatMap((name) => (given[name] === undefined ? [] : `${name}=${given[name]}`));
  return pairs.some((pair) => /[\n\x1f]/.test(pair)) ? undefined : pairs.join(separator);
}

/** A sight as it is written, at `uptimeS` of the machine. */
export function sightText(sight: Sight, self: ProcessIdentity, uptimeS: number): string {
  const { pid, startTime } = sight.leader ?? { pid: 0, startTime: 0 };
  const validUntil = Math.floor(uptimeS + sight.forMs / 1000);
  const lines = [`${self.pid} ${self.startTime}`, `${pid} ${startTime}`, validUntil, sight.code, sight.parameters];
  return ['vnfha-sight 1', ...lines, ''].join('\n');
}

/** The sights in `directory`, as files that only root reads. */
export function sightsIn(directory: string): Sights {
  const self = processStat(process.pid)!;
  const file = (resource: string): string => `${directory}/${resource}`;
  return {
    show(resource, sight) {
      const candidate = `${directory}/.${resource}`; // the only writer is this process
      const text = sightText(sight, self, uptime());
      try {
        writeFileSync(candidate, text, { mode: 0o600 });
      } catch {
        mkdirSync(directory, { recursive: true, mode: 0o700 });
        writeFileSync(candidate, text, { mode: 0o600 });
      }
      renameSync(candidate, file(resource));
    },
    hide: (resource) => rmSync(file(resource), { force: true }),
    hideAll: () => rmSync(directory, { recursive: true, force: true }),
  };
}
