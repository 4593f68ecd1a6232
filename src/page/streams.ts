/**
 * The streams of server-sent events (html.spec.whatwg.org, 9.2). Who reads slowly gets the newest state when he is ready for it, not all that were
 * in between; who doesn't read at all is dropped. So a stream holds one state at most, whatever its reader does.
 */
import type { ServerResponse } from 'node:http';
import { changesBetween } from './changes.ts';
import type { PageState } from './state.ts';

export interface StreamOptions {
  readonly most: number;
  /** Between two signs of life: an event of its own, as a script doesn't see comments, and must notice a connection that is silently dead. */
  readonly beatMs: number;
  /** Who hasn't taken what was sent within so long is dropped. */
  readonly stuckMs: number;
  /** How many there are now. */
  readonly changed: (count: number) => void;
}

export interface Streams {
  /** There are as many as may be. */
  readonly full: boolean;
  /** Makes `response`, whose head is written, a stream. */
  add(response: ServerResponse): void;
  /** To everybody to whom it is news. */
  send(state: PageState): void;
  close(): void;
}

interface Stream {
  readonly response: ServerResponse;
  /** What its reader has; undefined: nothing yet. */
  sent: { readonly state: PageState; readonly text: string } | undefined;
  /** Since when it hasn't taken what was sent (ms, monotonic); undefined: it takes more. */
  fullSince: number | undefined;
}

export function createStreams({ most, beatMs, stuckMs, changed }: StreamOptions): Streams {
  const streams = new Set<Stream>();
  let newest: { readonly state: PageState; readonly text: string } | undefined;

  const timer = setInterval(() => {
    for (const stream of streams) {
      if (stream.fullSince === undefined) write(stream, 'event: beat\ndata:\n\n');
      else if (performance.now() - stream.fullSince >= stuckMs) stream.response.destroy();
    }
  }, beatMs).unref();

  function write(stream: Stream, text: string): void {
    if (!stream.response.write(text)) stream.fullSince ??= performance.now();
  }

  function bring(stream: Stream): void {
    if (newest === undefined || stream.fullSince !== undefined || stream.sent?.text === newest.text) return;
    const changes = stream.sent === undefined ? [] : changesBetween(stream.sent.state, newest.state);
    stream.sent = newest;
    write(stream, `event: state\ndata: {"state":${newest.text},"changes":${JSON.stringify(changes)}}\n\n`);
  }

  return {
    get full() {
      return streams.size >= most;
    },
    add(response) {
      const stream: Stream = { response, sent: undefined, fullSince: undefined };
      streams.add(stream);
      response.on('drain', () => {
        stream.fullSince = undefined;
        bring(stream);
      });
      response.on('error', () => response.destroy());
      response.on('close', () => {
        streams.delete(stream);
        if (streams.size === 0) newest = undefined; // by the time somebody looks again it is old
        changed(streams.size);
      });
      write(stream, 'retry: 1000\n\n');
      bring(stream);
      changed(streams.size);
    },
    send(state) {
      newest = { state, text: JSON.stringify(state) };
      for (const stream of streams) bring(stream);
    },
    close() {
      clearInterval(timer);
      for (const { response } of streams) response.destroy();
    },
  };
}
