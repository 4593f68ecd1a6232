/** The channel `direct`: the active instance streams to each of the others, over TCP with mutual TLS. */
import { once } from 'node:events';
import { createServer, type TLSSocket } from 'node:tls';
import { drained } from '../process/drained.ts';
import { Failure, messageOf } from '../process/failure.ts';
import type { Log } from '../process/log.ts';
import type { Begun, Channel, Receive } from './channel.ts';
import { createFrameReader } from './frame.ts';
import { createLink, ping } from './link.ts';
import type { Copy } from './promotion.ts';
import { type Credentials, namesOf } from './tls.ts';
import { StaleEpoch } from './types.ts';
import { decodeSent, encodeAnswer, encodePart, partsOf } from './wire.ts';

export interface DirectOptions {
  readonly node: string;
  /** Where this instance listens. */
  readonly listen: { readonly host: string; readonly port: number };
  /** The other instances. */
  readonly peers: readonly { readonly name: string; readonly host: string; readonly port: number }[];
  readonly credentials: Credentials;
  readonly log: Log;
}

/**
 * ms that a promotion waits for those that don't answer; of silence after which an active instance is gone; and after the end of its connection
 * until this one may have missed something: a failover takes less.
 */
const times = { ask: 3000, silence: 15_000, lately: 10_000 };

export function createDirectChannel({ node, listen, peers, credentials, log }: DirectOptions): Channel {
  const links = peers.map((peer) => createLink({ ...peer, peer: peer.name, credentials, log }));
  const sockets = new Set<TLSSocket>();
  /** An active instance's connections, and when the last of them ended. */
  let following = 0;
  let followedAt = -Infinity;
  let receive: Receive = () => Promise.resolve(undefined);
  const server = createServer({
    ...credentials,
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.3',
    handshakeTimeout: 5000,
  });
  server.on('tlsClientError', (error, socket) =>
    log.warn('peer-refused', { from: socket.remoteAddress, why: error.message }),
  );
  server.on('secureConnection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => undefined); // 'close' follows
    const names = namesOf(socket.getPeerCertificate());
    const peer = peers.find(({ name }) => names.includes(name))?.name;
    serve(socket, peer, names).catch((error: unknown) => {
      log.warn('peer-refused', { from: socket.remoteAddress, peer, why: messageOf(error) });
      socket.destroy();
    });
  });

  /** Answers an active instance, one message after the other: what isn't read yet waits at the sender. */
  async function serve(socket: TLSSocket, peer: string | undefined, names: readonly string[]): Promise<void> {
    if (peer === undefined)
      throw new Error(`its certificate is for ${names.join(', ') || 'no name'}, no instance of ours`);
    following += 1;
    socket.once('close', () => {
      following -= 1;
      followedAt = performance.now();
    });
    socket.setNoDelay(true);
    socket.setTimeout(times.silence, () => socket.destroy());
    const reader = createFrameReader();
    for await (const chunk of socket) {
      for (const frame of reader.push(chunk as Buffer)) {
        if ((frame.head as { type?: unknown } | null)?.type === 'ping') {
          socket.write(ping);
          continue;
        }
        const sent = decodeSent(frame);
        if (sent.by !== peer) throw new Error(`it speaks for ${sent.by}`);
        const answer = await receive(sent);
        if (answer === undefined) continue;
        if (answer.type !== 'whole') socket.write(encodeAnswer(answer));
        else
          for (const part of partsOf(answer.snapshot))
            if (!socket.write(encodePart('whole', sent, part))) await drained(socket);
      }
    }
    socket.destroy();
  }

  return {
    kind: 'peers',
    copies: peers.length + 1,
    async start(next) {
      receive = next;
      server.listen(listen.port, listen.host);
      await once(server, 'listening').catch((error: unknown) => {
        throw new Failure('conflict', `${node} cannot listen at ${listen.host}:${listen.port}: ${messageOf(error)}`, {
          cure: 'Choose another address or port in the configuration, or stop what listens there.',
        });
      });
    },
    begin: (reign, enough) =>
      new Promise<Begun>((resolve, reject) => {
        const copies = new Map<string, Copy>();
        const missing = new Map(peers.map(({ name }) => [name, `no answer within ${times.ask} ms`]));
        const heard = new Set<string>();
        const done = (): void => {
          clearTimeout(timer);
          resolve({
            copies: [...copies.values()],
            missing: [...missing].map(([copy, why]) => ({ copy, why })),
          });
        };
        const timer = setTimeout(done, times.ask);
        for (const [at, link] of links.entries()) {
          const { name } = peers[at]!;
          link.begin(reign, (outcome) => {
            if (outcome instanceof StaleEpoch) {
              clearTimeout(timer);
              return reject(outcome);
            }
            heard.add(name);
            if ('why' in outcome) {
              if (missing.has(name)) missing.set(name, outcome.why);
            } else {
              copies.set(name, outcome);
              missing.delete(name);
            }
            if (heard.size === peers.length || enough([...copies.values()])) done();
          });
        }
        if (peers.length === 0) done();
      }),
    async fetch(copy) {
      return links[peers.findIndex(({ name }) => name === copy)]!.fetch();
    },
    lead: (lead) => links.forEach((link) => link.lead(lead)),
    wake: () => links.forEach((link) => link.wake()),
    rest() {
      links.forEach((link) => link.rest());
      return Promise.resolve();
    },
    status: () => links.map(({ status }) => status),
    followed: () => following > 0 || performance.now() - followedAt < times.lately,
    close() {
      links.forEach((link) => link.rest());
      server.close();
      sockets.forEach((socket) => socket.destroy());
      return Promise.resolve();
    },
  };
}
