/**
 * The bridge's own door on this node: HTTP on a unix socket that only root may use.
 */
import { chmod, mkdir, rm } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { Failure, messageOf } from '../process/failure.ts';

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
  if (await isAnswered(path)) {
    throw new Failure('conflict', `another bridge is running on this node: it listens at ${path}`, {
      cure: "Stop it first, for example with 'systemctl stop vnfha-bridge'.",
    });
  }
  await rm(path, { force: true });
  const server = createServer((request, response) => {
    answer(`${request.method} ${request.url}`, handlers, response).catch((error: unknown) => {
      reply(response, 500, { error: messageOf(error) });
    });
  });
  await listen(server, path);
  await chmod(path, 0o600);
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

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const end = (answered: boolean) => () => {
      socket.destroy();
      resolve(answered);
    };
    socket.once('connect', end(true));
    socket.once('error', end(false));
  });
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      reject(new Failure('permission', `cannot listen at ${path}: ${error.message}`, { cure: 'Run as root.' }));
    });
    // The mask is for the moment between bind and chmod; bind happens within listen().
    const mask = process.umask(0o177);
    server.listen(path, resolve);
    process.umask(mask);
  });
}
