/**
 * What the agents noted of their instances (/run/vnfha/agents): told when it changes, by the kernel's word, and by a comparison now
 * and then in case that was missed.
 */
import { type FSWatcher, mkdirSync, readdirSync, readFileSync, watch } from 'node:fs';
import type { InstanceState } from '../ocf/state-file.ts';
import { messageOf } from '../process/failure.ts';
import type { Log } from '../process/log.ts';

export interface Record {
  /** The file as it is, to see whether another was written. */
  readonly text: string;
  readonly state: InstanceState;
}

export interface Records {
  /** What is noted of `resource` at this moment; undefined: nothing, or nothing that can be read. */
  read(resource: string): Record | undefined;
  /** Tells of everything that is new; the first time, of everything. */
  compare(): void;
  stop(): void;
}

interface RecordsOptions {
  readonly directory: string;
  readonly compareMs: number;
  readonly changed: (resource: string, record: Record | undefined) => void;
  readonly log: Log;
}

/** Tells nothing before the first `compare`, or the first change. */
export function watchRecords({ directory, compareMs, changed, log }: RecordsOptions): Records {
  mkdirSync(directory, { recursive: true, mode: 0o755 });
  const known = new Map<string, string>();
  /** What was read last, so that the same text is not taken apart again. */
  const parsed = new Map<string, Record>();

  function read(resource: string): Record | undefined {
    try {
      const text = readFileSync(`${directory}/${resource}.json`, 'utf8');
      const last = parsed.get(resource);
      if (last?.text === text) return last;
      const record = { text, state: JSON.parse(text) as InstanceState };
      parsed.set(resource, record);
      return record;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        log.warn('unreadable', { resource, why: messageOf(error) });
      return undefined;
    }
  }

  function look(resource: string): void {
    const record = read(resource);
    if (record?.text === known.get(resource)) return;
    if (record === undefined) {
      known.delete(resource);
      parsed.delete(resource);
    } else known.set(resource, record.text);
    changed(resource, record);
  }

  function compare(): void {
    const present = readdirSync(directory).flatMap((file) => resourceOf(file) ?? []);
    for (const resource of new Set([...present, ...known.keys()])) look(resource);
  }

  const watcher = watchDirectory(directory, (file) => {
    const resource = resourceOf(file);
    if (resource !== undefined) look(resource);
  });
  watcher.on('error', (error) => log.warn('watch-failed', { directory, why: error.message }));
  const timer = setInterval(compare, compareMs);
  return {
    read,
    compare,
    stop() {
      watcher.close();
      clearInterval(timer);
    },
  };
}

const watchDirectory = (directory: string, seen: (file: string) => void): FSWatcher =>
  watch(directory, (_kind, file) => {
    if (file !== null) seen(file);
  });

/** The files of writers under way end otherwise. */
const resourceOf = (file: string): string | undefined => /^(.+)\.json$/.exec(file)?.[1];
