/**
 * The bridge's own door on this node: HTTP on a unix socket that only root may use.
 */
import { mkdir } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import { dirname } from 'node:path';
import { Failure, messageOf } from '../process/failure.ts';
import { listenAtDoor } from '../process/unix-socket.ts';

export interface ControlHandlers {
  /** Writes HAProxy's file from the cluster's present state and returns its path. @throws Failure: nothing is known */
  readonly prepare: () => Promise<string>;
  readonly state: () => Promise<unknown>;
}

export interface Control {
  close(): Promise<void>;
}

/**
 * Listens at `path`: `POST /haproxy/prepare` -> 200 {file} or 503 {error}; `GET /state` -> 200.
 * @throws Failure 'conflict' when another bridge listens there, 'permission'
 */
export async function serveControl(path: string, handlers: ControlHandlers): Promise<Control> {
  await mkdir(dirname(path), { recursive: true }).catch((error: unknown) => {
    throw new Failure('permission', `${dirname(path)} cannot be made: ${messageOf(error)}`, { cure: 'Run as root.' });
  });
  const server = createServer((request, response) => {
    answer(`${request.method} ${request.url}`, handlers, response).catch((error: unknown) => {
      reply(response, 500, { error: messageOf(error) });
    });
  });
  const cure = "Stop it first, for example with 'systemctl stop vnfha-bridge'.";
  await listenAtDoor(server, { path, mode: 0o600, who: 'bridge', cure });
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(call: string, handlers: ControlHandlers, response: ServerResponse): Promise<void> {
  switch (call) {
    case 'GET /state':
      return reply(response, 200, await handlers.state());
    case 'POST /haproxy/prepare':
      return handlers.prepare().then(
        (file) => reply(response, 200, { file }),
        (error: unknown) => reply(response, 503, { error: messageOf(error) }),
      );
    default:
      return reply(response, 404, { error: `there is no '${call}': GET /state, POST /haproxy/prepare` });
  }
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body) + '\n');
}
