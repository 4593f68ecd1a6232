/**
 * A connection to what is asked for its heartbeat, looked at when its asker comes round. To an address, in the clear, it is a socket
 * that wakes nobody; by TLS, or to a name, it is Node's.
 */
import { connect as connectTcp, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Sockets } from '../process/sockets.ts';

/** What has happened on a line since one last looked. */
export interface Seen {
  readonly connected: boolean;
  /** As latin1. */
  readonly data: string;
  /** Nothing more comes. */
  readonly ended: boolean;
  readonly problem?: string;
}

export interface Line {
  /** Sends as soon as it is connected. */
  send(text: string): void;
  look(): Seen;
  close(): void;
}

export interface LineTo {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
}

export const openLine = (to: LineTo, sockets: Sockets): Line =>
  to.tls || isIP(to.host) === 0 ? wakingLine(to) : quietLine(to, sockets);

/** How soon it is tried again to send on a connection that takes its time. */
const connectingMs = 5;

function quietLine({ host, port }: LineTo, sockets: Sockets): Line {
  const opened = sockets.tcp(host, port);
  if (!('close' in opened)) {
    const lost: Seen = { connected: false, data: '', ended: true, problem: opened.message };
    return { send: () => undefined, look: () => lost, close: () => undefined };
  }
  const socket = opened;
  let unsent = '';
  let timer: NodeJS.Timeout | undefined;
  let problem: string | undefined;

  function flush(): boolean {
    const connected = socket.connected();
    if (connected === true && unsent !== '') {
      problem = socket.send(Buffer.from(unsent))?.message;
      unsent = '';
    }
    if (typeof connected !== 'boolean') problem = connected.message;
    return connected === true;
  }
  function flushSoon(): void {
    clearTimeout(timer);
    if (!flush() && problem === undefined) timer = setTimeout(flushSoon, connectingMs);
  }
  return {
    send(text) {
      unsent += text;
      flushSoon();
    },
    look() {
      const connected = flush();
      if (problem !== undefined) return { connected, data: '', ended: true, problem };
      if (!connected) return { connected, data: '', ended: false };
      const { data, ended, error } = socket.receive();
      return { connected, data, ended, ...(error && { problem: error.message }) };
    },
    close() {
      clearTimeout(timer);
      socket.close();
    },
  };
}

function wakingLine({ host, port, tls }: LineTo): Line {
  // whether it answers is asked, not who it is
  const socket = tls ? connectTls({ host, port, rejectUnauthorized: false }) : connectTcp({ host, port });
  let connected = false;
  let ended = false;
  let data = '';
  let problem: string | undefined;
  socket.setNoDelay(true).setEncoding('latin1');
  socket.on('data', (more: Buffer | string) => (data += String(more)));
  socket.once(tls ? 'secureConnect' : 'connect', () => (connected = true));
  socket.on('error', (error: Error) => (problem = error.message));
  socket.once('close', () => (ended = true));
  return {
    send: (text) => void socket.write(text),
    look() {
      const seen: Seen = { connected, data, ended, ...(problem !== undefined && { problem }) };
      data = '';
      return seen;
    },
    close: () => void socket.destroy(),
  };
}
