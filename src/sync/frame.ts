/**
 * How everything of src/sync is written on a wire or a disk: a JSON head and bytes behind it, with their lengths and a checksum.
 */
import { crc32 } from 'node:zlib';

export interface Frame {
  readonly head: unknown;
  readonly body: Buffer;
}

/** Magic, length of the head, length of the body, CRC-32 of both. */
const prefixBytes = 16;
const magic = 0x564e4631; // VNF1
/** More than the largest batch needs. */
const limits = { head: 2 ** 20, body: 8 * 2 ** 20 };

export function encodeFrame(head: unknown, body: readonly Buffer[] = []): Buffer {
  const text = Buffer.from(JSON.stringify(head));
  const length = body.reduce((sum, each) => sum + each.length, 0);
  const frame = Buffer.concat([Buffer.alloc(prefixBytes), text, ...body], prefixBytes + text.length + length);
  frame.writeUInt32BE(magic, 0);
  frame.writeUInt32BE(text.length, 4);
  frame.writeUInt32BE(length, 8);
  frame.writeUInt32BE(crc32(frame.subarray(prefixBytes)), 12);
  return frame;
}

/** The frame that begins at `at`, and where the next one does; 'short': its end is not there; 'bad': it is none, or damaged. */
export function decodeFrame(data: Buffer, at = 0): { readonly frame: Frame; readonly end: number } | 'short' | 'bad' {
  if (data.length - at < prefixBytes) return 'short';
  const [head, body] = [data.readUInt32BE(at + 4), data.readUInt32BE(at + 8)];
  if (data.readUInt32BE(at) !== magic || head > limits.head || body > limits.body) return 'bad';
  const middle = at + prefixBytes + head;
  const end = middle + body;
  if (data.length < end) return 'short';
  if (crc32(data.subarray(at + prefixBytes, end)) !== data.readUInt32BE(at + 12)) return 'bad';
  try {
    // copied, so that a small value doesn't keep a large chunk in memory
    const frame = { head: JSON.parse(data.toString('utf8', at + prefixBytes, middle)) as unknown, body: Buffer.from(data.subarray(middle, end)) }; // prettier-ignore
    return { frame, end };
  } catch {
    return 'bad';
  }
}

/** Frames out of chunks as they come. `push` throws an Error for what is no frame: nothing after it can be read. */
export function createFrameReader(): { push(chunk: Buffer): Frame[] } {
  let chunks: Buffer[] = [];
  let bytes = 0;
  let wanted = prefixBytes;
  return {
    push(chunk) {
      chunks.push(chunk);
      bytes += chunk.length;
      const frames: Frame[] = [];
      if (bytes < wanted) return frames;
      const data = chunks.length === 1 ? chunk : Buffer.concat(chunks, bytes);
      let at = 0;
      for (;;) {
        const next = decodeFrame(data, at);
        if (next === 'bad') throw new Error('what came is no frame, or damaged');
        if (next === 'short') break;
        frames.push(next.frame);
        at = next.end;
      }
      const rest = data.subarray(at);
      chunks = rest.length === 0 ? [] : [rest];
      bytes = rest.length;
      wanted = bytes < prefixBytes ? prefixBytes : prefixBytes + rest.readUInt32BE(4) + rest.readUInt32BE(8);
      return frames;
    },
  };
}
