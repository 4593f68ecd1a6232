/** The most recent writes, for standbys that are behind: one list for all of them, bounded in bytes. */
import { bytesOf } from './limits.ts';
import { compareVersions, type Entry, type Version } from './types.ts';

export interface Backlog {
  /** The newest version in it. */
  readonly newest: Version;
  readonly bytes: number;
  add(entry: Entry): void;
  /** The write that fits on the state of this version; undefined: there is none yet; 'gone': it needs the whole state. */
  following(version: Version): Entry | undefined | 'gone';
}

/** Bytes that an entry takes beside its keys and values, and each of its operations. */
const overhead = 128;
const sizeOf = ({ operations }: Entry): number => bytesOf(operations) + overhead * (1 + operations.length);

/** One that begins with the state of version `start` and keeps `limit` bytes, or one write where that is larger. */
export function createBacklog(start: Version, limit: number): Backlog {
  let entries: Entry[] = [];
  /** How many at the front are let go: they are cut off together, now and then. */
  let gone = 0;
  let bytes = 0;
  let newest = start;

  return {
    get newest() {
      return newest;
    },
    get bytes() {
      return bytes;
    },
    add(entry) {
      entries.push(entry);
      newest = entry.version;
      bytes += sizeOf(entry);
      while (bytes > limit && gone < entries.length - 1) {
        bytes -= sizeOf(entries[gone]!);
        entries[gone] = undefined as never;
        gone += 1;
      }
      if (gone < 1024 || gone < entries.length / 2) return;
      entries = entries.slice(gone);
      gone = 0;
    },
    following(version) {
      if (compareVersions(version, newest) === 0) return undefined;
      const first = entries[gone];
      if (first === undefined) return 'gone';
      // sequences go on by one, so the place is known
      const entry = entries[gone + version.sequence - first.after.sequence];
      return entry !== undefined && compareVersions(entry.after, version) === 0 ? entry : 'gone';
    },
  };
}
