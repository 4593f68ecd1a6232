/** The status page's server: read-only, on the loopback. What it answers is settled by request.ts. */
import { createServer, type ServerResponse } from 'node:http';
import { messageOf } from '../process/failure.ts';
import type { Log } from '../process/log.ts';
import type { PageAddress } from './address.ts';
import { createFeed } from './feed.ts';
import { mediaTypes, type PageFiles } from './files.ts';
import { type Asked, type Wanted, wantedBy } from './request.ts';
import type { PageState } from './state.ts';
import { createStreams } from './streams.ts';

export interface PageServerOptions {
  readonly address: PageAddress;
  readonly files: PageFiles;
  readonly build: () => Promise<PageState>;
  /** An incident as a page of its own, with the hash that its style has in a Content-Security-Policy; undefined: there is none of this id. */
  readonly incident: (id: string) => Promise<{ readonly html: string; readonly style: string } | undefined>;
  readonly log: Log;
  /** ms; other ones are for tests. */
  readonly timing?: { readonly beat: number; readonly stuck: number };
}

export interface PageServer {
  /** Something may have changed. */
  nudge(): void;
  close(): Promise<void>;
}

const mostStreams = 8;
/** Browsers hold some without asking for anything. */
const mostConnections = 48;
/** A port that is taken is no reason for a bridge to end: it is tried again. */
const againMs = 5000;

const always = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
};
const nothing = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const ownPolicy = `${nothing}; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'`;

/** Listens at once, or as soon as the port is free. */
export function servePage({ address, files, build, incident, log, timing }: PageServerOptions): PageServer {
  const streams = createStreams({
    most: mostStreams,
    beatMs: timing?.beat ?? 5000,
    stuckMs: timing?.stuck ?? 10_000,
    changed: (count) => feed.watch(count > 0),
  });
  const feed = createFeed({ build, gapMs: 500, everyMs: 2000, seen: (state) => streams.send(state) });

  const answer = async (wanted: Wanted, response: ServerResponse): Promise<void> => {
    switch (wanted.type) {
      case 'refused':
        return say(response, wanted.status, wanted.why);
      case 'file':
        return reply(response, mediaTypes[wanted.name], files[wanted.name], ownPolicy);
      case 'status':
        return reply(response, 'application/json', `${JSON.stringify(await feed.now())}\n`, nothing);
      case 'incident': {
        const page = await incident(wanted.id);
        if (page === undefined) return say(response, 404, 'there is no such incident in the journal');
        return reply(response, 'text/html; charset=utf-8', page.html, `${nothing}; style-src '${page.style}'`);
      }
      case 'events': {
        response.writeHead(200, { ...always, 'content-type': 'text/event-stream', 'content-security-policy': nothing });
        return streams.add(response);
      }
    }
  };
  const handle = (request: Asked, response: ServerResponse): void => {
    const wanted = wantedBy(request);
    if (wanted.type === 'events' && streams.full) return say(response, 503, 'too many are looking already');
    answer(wanted, response).catch((error: unknown) => {
      log.warn('page-failed', { why: messageOf(error) });
      if (response.headersSent) response.destroy();
      else say(response, 500, messageOf(error));
    });
  };

  const server = createServer({ maxHeaderSize: 8192, requestTimeout: 10_000, headersTimeout: 5000 }, handle);
  server.maxConnections = mostConnections;
  server.keepAliveTimeout = 5000;
  let again: NodeJS.Timeout | undefined;
  let complaint: string | undefined;
  const listen = (): void => void server.listen(address.port, address.host);
  server.on('listening', () => log.info('page', { ...address }));
  server.on('error', (error) => {
    if (complaint !== error.message) log.error('page-not-served', { why: error.message });
    complaint = error.message;
    again = setTimeout(listen, againMs);
  });
  listen();
  return {
    nudge: () => feed.nudge(),
    close() {
      clearTimeout(again);
      feed.stop();
      streams.close();
      if (!server.listening) return Promise.resolve();
      return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

function reply(response: ServerResponse, type: string, body: Buffer | string, policy: string): void {
  response.writeHead(200, { ...always, 'content-type': type, 'content-security-policy': policy }).end(body);
}

/** An answer in a sentence. Its connection ends: who asks wrongly shall not hold one. */
function say(response: ServerResponse, status: number, why: string): void {
  const more = status === 405 ? { allow: 'GET' } : status === 503 ? { 'retry-after': '5' } : {};
  const headers = { ...always, ...more, 'content-type': 'text/plain; charset=utf-8', connection: 'close' };
  response.writeHead(status, { ...headers, 'content-security-policy': nothing }).end(`${why}\n`);
}
