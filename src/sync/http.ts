/** HTTP/JSON over unix sockets: what every handler needs, and what becomes of an error. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { messageOf } from '../process/failure.ts';
import type { Log } from '../process/log.ts';
import { type Door, listenAtDoor } from '../process/unix-socket.ts';
import { Refusal, type RefusalCode, refusalStatus } from './types.ts';

export interface Request {
  readonly method: string;
  /** Percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** @throws Refusal `too-large` */
  body(limit: number): Promise<Buffer>;
  readonly response: ServerResponse;
}

/** What is answered as JSON; undefined: the handler has answered by itself. */
export type Handler = (request: Request) => Promise<object | undefined>;

export interface Listening {
  close(): Promise<void>;
}

/**
 * Serves `handler` at the unix socket `door.path`.
 * @throws Failure 'conflict' when it is taken, 'permission'
 */
export async function listenAt(door: Omit<Door, 'who' | 'cure'>, handler: Handler, log: Log): Promise<Listening> {
  const server = createServer((request, response) => {
    handle(handler, request, response, log).catch((error: unknown) => {
      log.warn('request-failed', { why: messageOf(error) });
      response.destroy();
    });
  });
  // a body may take its time, a client that sends nothing may not stay for ever
  server.headersTimeout = 10_000;
  server.requestTimeout = 60_000;
  server.keepAliveTimeout = 15_000;
  await listenAtDoor(server, { ...door, who: 'sidecar', cure: 'Stop it first.' });
  return { close: () => closed(server) };
}

async function closed(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  if (server.listening) await once(server, 'close');
}

async function handle(handler: Handler, request: IncomingMessage, response: ServerResponse, log: Log): Promise<void> {
  const [path = '/', query = ''] = (request.url ?? '/').split(/\?(.*)/s);
  try {
    const answer = await handler({
      method: request.method ?? 'GET',
      path,
      query: new URLSearchParams(query),
      body: (limit) => bodyOf(request, limit),
      response,
    });
    if (answer !== undefined) reply(response, 200, answer);
  } catch (error) {
    if (response.headersSent) return void response.destroy();
    if (!(error instanceof Refusal)) log.error('request-failed', { path, why: messageOf(error) });
    const refusal = error instanceof Refusal ? error : undefined;
    const code: RefusalCode | 'unexpected' = refusal?.code ?? 'unexpected';
    const status = refusal === undefined ? 500 : refusalStatus[refusal.code];
    if (code === 'busy') response.setHeader('retry-after', '1');
    reply(response, status, { error: { code, message: messageOf(error), cure: refusal?.cure, epoch: refusal?.epoch } });
  }
}

function reply(response: ServerResponse, status: number, answer: object): void {
  const text = JSON.stringify(answer) + '\n';
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

/** The body; what is too much of it is read and dropped, for an answer to one who still writes is never heard. */
function bodyOf(request: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  return new Promise((resolve, reject) => {
    const announced = Number(request.headers['content-length'] ?? 0);
    if (announced > limit) reject(tooLarge(announced, limit));
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (Math.max(bytes, announced) <= limit) return void chunks.push(chunk);
      chunks.length = 0;
      reject(tooLarge(Math.max(bytes, announced), limit));
    });
    request.once('end', () => resolve(Buffer.concat(chunks, bytes)));
    request.once('error', reject);
  });
}

const tooLarge = (bytes: number, limit: number): Refusal =>
  new Refusal('too-large', `a body has ${bytes} bytes or more: ${limit} are allowed`, 'docs/sync.md has the limits.');
