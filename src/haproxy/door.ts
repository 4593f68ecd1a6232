/**
 * The one door to HAProxy's runtime socket: one question at a time, each in bounded time, each reply read whole.
 */
import { connect } from 'node:net';
import { Failure } from '../process/failure.ts';
import { splitReplies } from './replies.ts';

const longestReply = 16 * 1024 * 1024;

export interface Door {
  /**
   * Gives `commands` in one connection and returns the reply to each ('' is HAProxy's yes).
   * @throws Failure 'missing' (HAProxy is not running), 'permission', 'timeout' (it hangs; retryable), 'haproxy' (it went away
   *   in the middle; retryable), 'input' (a reply that is none)
   */
  ask(commands: readonly string[]): Promise<string[]>;
}

/**
 * The door to the socket at `path`; `timeoutMs` bounds each question, waiting for its turn not counted. `farewell`: a last command that
 * has no reply, for a socket that stays open otherwise.
 */
export function openDoor(path: string, timeoutMs = 1000, farewell?: string): Door {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  const said = (commands: readonly string[]): readonly string[] =>
    farewell === undefined ? commands : [...commands, farewell];
  return {
    ask(commands) {
      const exchanged = async (): Promise<string[]> =>
        splitReplies(await exchange(path, said(commands), timeoutMs), commands.length);
      // at once where nobody is before: what the caller does next, in the same turn of the event loop, must not hold it up
      const turn = waiting === 0 ? exchanged() : last.then(exchanged);
      waiting += 1;
      last = turn.catch(() => undefined).finally(() => (waiting -= 1));
      return turn;
    },
  };
}

function exchange(path: string, commands: readonly string[], timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const socket = connect(path);
    const fail = (failure: Failure): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(failure);
    };
    const timer = setTimeout(() => {
      fail(new Failure('timeout', `HAProxy gave no answer at ${path} within ${timeoutMs} ms`, { retryable: true }));
    }, timeoutMs);
    socket.on('error', (error) => fail(failureOf(error, path)));
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > longestReply) fail(new Failure('input', `HAProxy's reply at ${path} has no end`));
    });
    socket.on('end', () => {
      clearTimeout(timer);
      socket.destroy();
      resolve(Buffer.concat(chunks).toString('utf8'));
    });
    // HAProxy answers a line of commands and closes. It takes no notice of a half-closed connection, so none is made.
    socket.write(commands.join(';') + '\n');
  });
}

function failureOf(error: NodeJS.ErrnoException, path: string): Failure {
  switch (error.code ?? '') {
    case 'ENOENT':
    case 'ECONNREFUSED':
      return new Failure('missing', `HAProxy is not running: nothing listens at ${path}`, {
        cure: "Start it through Pacemaker: 'pcs status' says why it is stopped.",
        retryable: true,
        cause: error,
      });
    case 'EACCES':
    case 'EPERM':
      return new Failure('permission', `no permission to use HAProxy's socket ${path}`, { cure: 'Run as root.' });
    default:
      return new Failure('haproxy', `HAProxy went away in the middle of a question at ${path}: ${error.message}`, {
        retryable: true,
        cause: error,
      });
  }
}
