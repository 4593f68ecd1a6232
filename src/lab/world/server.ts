/** A unix socket that answers one line with one line. */
import { createServer } from 'node:net';
import { onLines, writeLine } from '../lines.ts';

export function serveLines<Q, A>(socketPath: string, answer: (request: Q) => Promise<A>): Promise<void> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy()); // the asker went away; what it asked for is done all the same
    onLines<Q>(socket, (request) => {
      void answer(request).then((reply) => {
        writeLine(socket, reply);
        socket.end();
      });
    });
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath, () => resolve());
  });
}
