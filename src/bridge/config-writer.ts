/**
 * Keeps HAProxy's file as it was last told to be: one write at a time, and of several waiting only the newest.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ServerKey } from '../decide/rotation-types.ts';
import { readConfig, replaceConfig } from '../haproxy/config-file.ts';
import { messageOf } from '../process/failure.ts';

/** The file's text for a set of excluded servers. */
export type Render = (excluded: ReadonlySet<ServerKey>) => string;

export interface ConfigWriter {
  /** Another structure, already checked; it is used from the next write on. */
  use(render: Render): void;
  write(excluded: ReadonlySet<ServerKey>): void;
  /** Resolves when nothing is left to write. */
  idle(): Promise<void>;
  /** Whether the file is what it was last told to be; true as well while a write is under way or none was ever asked for. */
  isRight(): Promise<boolean>;
}

/** `done` hears of every write that was carried out, or why it could not be. */
export function configWriter(
  path: string,
  firstRender: Render,
  done: (excluded: ReadonlySet<ServerKey>, error: string | undefined) => void,
): ConfigWriter {
  let render = lastRemembered(firstRender);
  let last: ReadonlySet<ServerKey> | undefined;
  let waiting: ReadonlySet<ServerKey> | undefined;
  let running: Promise<void> | undefined;

  async function work(): Promise<void> {
    await nextTurn(); // HAProxy's memory goes before its file
    for (let excluded = waiting; excluded !== undefined; excluded = waiting) {
      waiting = undefined;
      const error = await makeRight(excluded);
      done(excluded, error);
    }
    running = undefined;
  }

  async function makeRight(excluded: ReadonlySet<ServerKey>): Promise<string | undefined> {
    try {
      const text = render(excluded);
      if ((await readConfig(path)) !== text) await replaceConfig(path, text);
      return undefined;
    } catch (error) {
      return messageOf(error);
    }
  }

  return {
    use(next) {
      render = lastRemembered(next);
    },
    write(excluded) {
      last = waiting = excluded;
      running ??= work();
    },
    async idle() {
      while (running !== undefined) await running;
    },
    async isRight() {
      const told = last;
      if (running !== undefined || told === undefined) return true;
      const text = await readConfig(path).catch(() => undefined);
      return running !== undefined || told !== last || text === render(told);
    },
  };
}

/** The comparison asks for the same text again and again. */
function lastRemembered(render: Render): Render {
  let last: { readonly excluded: ReadonlySet<ServerKey>; readonly text: string } | undefined;
  return (excluded) => {
    if (last?.excluded !== excluded) last = { excluded, text: render(excluded) };
    return last.text;
  };
}
