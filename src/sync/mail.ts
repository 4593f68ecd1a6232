/**
 * What the members of a CPG group send each other: a head and frames, cut into pieces that corosync takes, and put together again. Pure.
 */
import { decodeFrame, encodeFrame, type Frame } from './frame.ts';
import type { Version } from './types.ts';

export interface MailHead {
  /** The instance that sends it. */
  readonly from: string;
  /** `sent`: of an active instance; `answer`: to one; `taken`: how much of what one sent has been dealt with. */
  readonly kind: 'sent' | 'answer' | 'taken';
  /** The members whom it is for; without it, all. */
  readonly to?: readonly string[] | undefined;
  /** How many bytes of kind `sent` the sender has sent, these included. */
  readonly at?: number | undefined;
  /** The `at` of what was dealt with last of the one it is for. */
  readonly taken?: number | undefined;
  /** `taken`: the state that it has now; `sent`: the last write in it. */
  readonly version?: Version | undefined;
  /** `answer`: a part of a state was lost, so that the whole must come again. */
  readonly again?: true | undefined;
}

export interface Mail {
  readonly head: MailHead;
  readonly body: Buffer;
}

/** Magic, the sender's number of the mail, which piece of how many. */
const pieceHead = 12;
const magic = 0x564e4d31; // VNM1
/** Well under corosync's limit, so that other mail comes between the pieces of a large one. */
const pieceBytes = 256 * 1024;
/** More than the largest batch needs. */
const mostPieces = 64;

export const isPiece = (data: Buffer): boolean => data.length >= pieceHead && data.readUInt32BE(0) === magic;

/** The pieces of one mail, numbered by the sender: `id` goes up by one. */
export function cutMail(id: number, head: MailHead, frames: readonly Buffer[]): Buffer[] {
  const whole = Buffer.concat([encodeFrame(head), ...frames]);
  const count = Math.max(Math.ceil(whole.length / pieceBytes), 1);
  return Array.from({ length: count }, (_, at) => {
    const start = Buffer.alloc(pieceHead);
    start.writeUInt32BE(magic, 0);
    start.writeUInt32BE(id >>> 0, 4);
    start.writeUInt16BE(at, 8);
    start.writeUInt16BE(count, 10);
    return Buffer.concat([start, whole.subarray(at * pieceBytes, (at + 1) * pieceBytes)]);
  });
}

/** One sender's mails out of its pieces. */
export interface MailReader {
  /**
   * The mail that this piece ends; `lost`: some before it have not come (all, for the first).
   * @throws Error when it is none; what was collected is forgotten
   */
  push(piece: Buffer): (Mail & { readonly lost: boolean }) | undefined;
}

export function createMailReader(): MailReader {
  let last: number | undefined;
  let open: { id: number; pieces: Buffer[] } | undefined;

  return {
    push(piece) {
      if (!isPiece(piece)) throw new Error('no piece of a mail');
      const [id, at, count] = [piece.readUInt32BE(4), piece.readUInt16BE(8), piece.readUInt16BE(10)];
      if (count === 0 || count > mostPieces || at >= count) throw new Error('no piece of a mail');
      if (at === 0) open = { id, pieces: [] };
      if (open?.id !== id || open.pieces.length !== at) {
        open = undefined; // its beginning was lost
        return undefined;
      }
      open.pieces.push(piece.subarray(pieceHead));
      if (at < count - 1) return undefined;
      const { pieces } = open;
      open = undefined;
      const lost = last === undefined || id !== (last + 1) >>> 0;
      const whole = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
      const first = decodeFrame(whole);
      if (typeof first === 'string') throw new Error('a mail is damaged');
      last = id;
      return { head: headOf(first.frame), body: whole.subarray(first.end), lost };
    },
  };
}

/** @throws Error when the body holds something else */
export function* framesOf(body: Buffer): Generator<Frame> {
  for (let at = 0; at < body.length;) {
    const next = decodeFrame(body, at);
    if (typeof next === 'string') throw new Error('a mail is damaged');
    yield next.frame;
    at = next.end;
  }
}

function headOf({ head }: Frame): MailHead {
  const { from, kind, to, at, taken, version } = (head ?? {}) as Partial<Record<keyof MailHead, unknown>>;
  const number = (value: unknown): boolean => value === undefined || Number.isSafeInteger(value);
  const { epoch, sequence } = (version ?? { epoch: 0, sequence: 0 }) as Partial<Version>;
  const good =
    typeof from === 'string' &&
    (kind === 'sent' || kind === 'answer' || kind === 'taken') &&
    (to === undefined || (Array.isArray(to) && to.every((each) => typeof each === 'string'))) &&
    [at, taken].every(number) &&
    Number.isSafeInteger(epoch) &&
    Number.isSafeInteger(sequence);
  if (!good) throw new Error('the head of a mail is none of this version');
  return head as MailHead;
}
