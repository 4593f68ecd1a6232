/** What one copy lacks, piece by piece, while the stream of writes goes on for all: the writes that it missed, or the whole state. Pure. */
import type { Lead } from './channel.ts';
import type { StatePart } from './follower.ts';
import { compareVersions, type Version } from './types.ts';
import { encodeEntry, encodePart, partsOf } from './wire.ts';

export interface CatchUp {
  readonly whole: boolean;
  /** The next frames; `done`: with them it has all that was streamed, up to `cursor`, and what is streamed next fits. */
  next(cursor: Version): { readonly frames: readonly Buffer[]; readonly done: boolean };
}

/** Bytes of frames that go together. */
const togetherBytes = 64 * 1024;

/** Writes that follow `after`, and the version of the last; `cursor`: no further than that. 'gone': some are forgotten. */
export function collect(lead: Lead, after: Version, cursor?: Version): { frames: Buffer[]; last: Version } | 'gone' {
  const frames: Buffer[] = [];
  let last = after;
  for (let bytes = 0; bytes < togetherBytes;) {
    if (cursor !== undefined && compareVersions(last, cursor) >= 0) break;
    const entry = lead.backlog.following(last);
    if (entry === undefined) break;
    if (entry === 'gone') return 'gone';
    const frame = encodeEntry(lead.reign, entry);
    frames.push(frame);
    bytes += frame.length;
    last = entry.version;
  }
  return { frames, last };
}

/** `has`: the version of the copy; undefined: none that counts. */
export function createCatchUp(lead: Lead, has: Version | undefined): CatchUp {
  if (has === undefined || lead.backlog.following(has) === 'gone') return wholeState(lead);
  let at = has;
  let instead: CatchUp | undefined;
  return {
    get whole() {
      return instead !== undefined;
    },
    next(cursor) {
      if (instead === undefined) {
        const some = collect(lead, at, cursor);
        if (some !== 'gone') {
          at = some.last;
          return { frames: some.frames, done: compareVersions(at, cursor) >= 0 };
        }
        instead = wholeState(lead);
      }
      return instead.next(cursor);
    },
  };
}

/** Marked by its place in the order: the copy keeps what is streamed after its first part until it has the last. */
function wholeState(lead: Lead): CatchUp {
  let parts: ReturnType<typeof partsOf> | undefined;
  return {
    whole: true,
    next() {
      // taken when its first part goes, so that no write falls between
      parts ??= partsOf(lead.snapshot());
      const part = parts.next().value as StatePart; // it isn't asked after the last one
      return { frames: [encodePart('state', lead.reign, part)], done: part.last };
    },
  };
}
