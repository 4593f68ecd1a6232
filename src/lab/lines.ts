/**
 * JSON values, one a line, over pipes and sockets.
 */
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

/** Calls `take` with the value of every line; a line that is no JSON is passed over. */
export function onLines<T>(stream: Readable, take: (value: T) => void): void {
  createInterface({ input: stream, crlfDelay: Infinity }).on('line', (line) => {
    try {
      take(JSON.parse(line) as T);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  });
}

/** Writes `value` as a line. A reader that is gone is no failure: who waits for an answer sees the end of the stream. */
export function writeLine(stream: Writable, value: unknown): void {
  if (stream.writable) stream.write(JSON.stringify(value) + '\n');
}
