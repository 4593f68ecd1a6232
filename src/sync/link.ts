/** The active instance's connection to one other, over TCP with mutual TLS: asks it, then streams the writes; comes again after a loss. */
import { connect, type TLSSocket } from 'node:tls';
import { drained } from '../process/drained.ts';
import { messageOf } from '../process/failure.ts';
import type { Log } from '../process/log.ts';
import type { Lead } from './channel.ts';
import type { CopyStatus } from './status.ts';
import type { Reign, Sent } from './follower.ts';
import { createFrameReader, encodeFrame } from './frame.ts';
import type { Copy } from './promotion.ts';
import { type Credentials, namesOf } from './tls.ts';
import { type Pair, type Snapshot, StaleEpoch, type Version } from './types.ts';
import { decodeAnswer, encodeEntry, encodePart, encodeSent, partsOf, type WireAnswer } from './wire.ts';

export interface LinkOptions {
  readonly peer: string;
  readonly host: string;
  readonly port: number;
  readonly credentials: Credentials;
  readonly log: Log;
}

export interface Link {
  readonly status: CopyStatus;
  /** Has it take the reign; goes on trying. `said` is called with each outcome. */
  begin(reign: Reign, said: (outcome: Copy | StaleEpoch | { readonly why: string }) => void): void;
  fetch(): Promise<Snapshot>;
  lead(lead: Lead): void;
  wake(): void;
  rest(): void;
}

/** ms between two attempts, between two pings, and of silence after which a connection is dead. */
const times = { retry: 500, ping: 1000, dead: 5000 };
export const ping = encodeFrame({ type: 'ping' });

export function createLink({ peer, host, port, credentials, log }: LinkOptions): Link {
  let reign: Reign | undefined;
  let said: Parameters<Link['begin']>[1] = () => undefined;
  let lead: Lead | undefined;
  let socket: TLSSocket | undefined;
  /** What it has, as far as it was sent; undefined: it must get the whole state. */
  let cursor: Version | undefined;
  let promised = false;
  let acked: Version | undefined;
  let problem: string | undefined;
  let pumping = false;
  let retry: NodeJS.Timeout | undefined;
  let fetching: { pairs: Pair[]; resolve: (snapshot: Snapshot) => void; reject: (error: Error) => void } | undefined;

  function open(): void {
    if (reign === undefined || socket !== undefined) return;
    const mine = connect({
      host,
      port,
      ...credentials,
      minVersion: 'TLSv1.3',
      servername: peer,
      checkServerIdentity: (_host, certificate) =>
        namesOf(certificate).includes(peer)
          ? undefined
          : new Error(`the certificate at ${host}:${port} is not for ${peer}`),
    });
    socket = mine;
    const reader = createFrameReader();
    let heard = performance.now();
    const alive = setInterval(() => {
      if (performance.now() - heard > times.dead) mine.destroy(new Error(`no answer for ${times.dead} ms`));
      else if (mine.writable && !mine.connecting) mine.write(ping);
    }, times.ping);
    mine.setNoDelay(true);
    mine.on('secureConnect', () => send({ type: 'begin', ...reign! }));
    mine.on('data', (chunk: Buffer) => {
      heard = performance.now();
      try {
        for (const frame of reader.push(chunk)) {
          if ((frame.head as { type?: unknown }).type !== 'ping') take(decodeAnswer(frame));
        }
      } catch (error) {
        mine.destroy(error instanceof Error ? error : new Error(messageOf(error)));
      }
    });
    mine.on('error', (error: Error) => (problem = error.message));
    mine.on('close', () => {
      clearInterval(alive);
      if (socket !== mine) return;
      lost();
    });
  }

  function lost(): void {
    socket = undefined;
    promised = false;
    const why = problem ?? 'the connection was closed';
    if (problem === undefined) problem = why;
    fetching?.reject(new Error(`${peer}: ${why}`));
    fetching = undefined;
    if (reign === undefined) return;
    log.warn('peer-lost', { peer, why });
    said({ why });
    clearTimeout(retry);
    retry = setTimeout(open, times.retry);
  }

  const send = (sent: Sent): boolean => socket!.write(encodeSent(sent));

  function take(answer: WireAnswer): void {
    if (reign === undefined) return;
    switch (answer.type) {
      case 'stale': {
        const { epoch } = answer;
        said(new StaleEpoch(epoch));
        lead?.stale(epoch);
        return;
      }
      case 'promise':
        promised = true;
        problem = undefined;
        cursor = answer.holding === 'blank' ? undefined : answer.version;
        said({ node: peer, version: answer.version, holding: answer.holding });
        void pump();
        return;
      case 'whole':
        return takeWhole(answer.part);
      case 'ack':
        if (answer.epoch !== reign.epoch || answer.version.epoch !== reign.epoch) return;
        acked = answer.version;
        lead?.acked(peer, acked.sequence);
        return;
      case 'behind':
        // what was sent before it said so is lost; it may be that a part of a state is under way already, and then it comes twice
        cursor = undefined;
        void pump();
    }
  }

  function takeWhole(part: { version: Version; last: boolean; pairs: readonly Pair[] }): void {
    if (fetching === undefined) return;
    for (const pair of part.pairs) fetching.pairs.push(pair);
    if (!part.last) return;
    fetching.resolve({ version: part.version, pairs: fetching.pairs });
    fetching = undefined;
  }

  /** Sends what there is, as fast as it is taken. */
  async function pump(): Promise<void> {
    if (pumping) return;
    pumping = true;
    try {
      for (;;) {
        const [to, from] = [socket, lead];
        if (to === undefined || from === undefined || !promised) return;
        const next = cursor === undefined ? 'gone' : from.backlog.following(cursor);
        if (next === undefined) return;
        if (next !== 'gone') {
          cursor = next.version;
          if (!to.write(encodeEntry(from.reign, next))) await drained(to);
          continue;
        }
        const snapshot = from.snapshot();
        log.info('resync', { peer, version: snapshot.version, pairs: snapshot.pairs.length });
        cursor = snapshot.version;
        for (const part of partsOf(snapshot)) {
          if (to !== socket || from !== lead) break;
          if (!to.write(encodePart('state', from.reign, part))) await drained(to);
        }
      }
    } finally {
      pumping = false;
      // what came while the last of it was waited for
      if (lead !== undefined && promised && (cursor === undefined || lead.backlog.following(cursor) !== undefined)) setImmediate(() => void pump()); // prettier-ignore
    }
  }

  return {
    get status() {
      return { copy: peer, connected: promised, version: acked, problem };
    },
    begin(next, tell) {
      reign = next;
      said = tell;
      lead = undefined;
      acked = undefined;
      promised = false;
      cursor = undefined;
      if (socket === undefined) {
        clearTimeout(retry);
        open();
      } else if (!socket.connecting && socket.writable) send({ type: 'begin', ...next });
    },
    fetch: () =>
      new Promise((resolve, reject) => {
        if (socket === undefined || reign === undefined) return reject(new Error(`${peer}: not connected`));
        fetching?.reject(new Error('asked again'));
        fetching = { pairs: [], resolve, reject };
        send({ type: 'fetch', ...reign });
      }),
    lead(next) {
      lead = next;
      void pump();
    },
    wake: () => void pump(),
    rest() {
      reign = lead = undefined;
      clearTimeout(retry);
      const had = socket;
      socket = undefined;
      promised = false;
      fetching?.reject(new Error('the promotion was given up'));
      fetching = undefined;
      had?.destroy();
    },
  };
}
