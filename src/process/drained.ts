/** Backpressure. */
import type { Writable } from 'node:stream';

/** Resolves when more can be written, or nothing ever can. */
export function drained(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done);
      stream.off('close', done);
      resolve();
    };
    stream.once('drain', done);
    stream.once('close', done);
    if (stream.destroyed) done();
  });
}
