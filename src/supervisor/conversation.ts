/**
 * Asks an instance again and again whether it answers, on a connection that stays. Who hangs leaves the question unanswered, and is
 * not asked another on top; when it goes on it answers the one that waits.
 */
import { connect as connectTcp, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { connect as connectTls } from 'node:tls';
import type { HeartbeatSpec } from './heartbeat-spec.ts';
import { readHttp, readText } from './reply.ts';

export interface Conversation {
  /** Asks, unless the last question still waits. */
  ask(): void;
  /** Whether all that was asked is answered; why not: what is known of it. */
  read(): { readonly answered: boolean; readonly what: string };
  close(): void;
}

export function converse(spec: HeartbeatSpec): Conversation {
  const hosts = spec.host === undefined ? ['127.0.0.1', ...otherAddresses()] : [spec.host];
  const expect = spec.answer.is === 'text' ? Buffer.from(spec.answer.expect).toString('latin1') : '';
  let at = 0;
  let socket: Socket | undefined;
  let received = '';
  let waiting = false;
  /** Answers on this connection: who has given one and closes it may have thought it idle. */
  let answers = 0;
  let problem = '';

  function open(): void {
    answers = 0;
    received = '';
    const to = { host: hosts[at]!, port: spec.port };
    // whether it answers is asked, not who it is
    const mine = spec.tls ? connectTls({ ...to, rejectUnauthorized: false }) : connectTcp(to);
    socket = mine;
    mine.setNoDelay(true).setEncoding('latin1');
    mine.on('data', (data: Buffer | string) => {
      if (socket === mine) hear(String(data));
    });
    mine.once('connect', () => {
      if (socket === mine && spec.send === undefined) answered(true);
    });
    mine.on('error', (error: Error) => {
      if (socket !== mine) return;
      problem = error.message;
      if (answers === 0) at = (at + 1) % hosts.length;
    });
    mine.once('close', () => {
      if (socket !== mine) return;
      socket = undefined;
      if (waiting && answers > 0 && received === '') send();
      else waiting = false;
    });
  }

  function send(): void {
    waiting = true;
    problem = '';
    if (socket === undefined) open();
    if (spec.send !== undefined) socket?.write(spec.send);
  }

  function hear(data: string): void {
    received += data;
    const reading = spec.answer.is === 'http' ? readHttp(received) : readText(received, expect);
    if (reading.is === 'more') return;
    if (reading.is === 'answer') {
      received = reading.rest;
      return answered(reading.closes);
    }
    problem = reading.problem;
    waiting = false;
    hangUp();
  }

  function answered(closes: boolean): void {
    waiting = false;
    problem = '';
    answers += 1;
    if (closes) hangUp();
  }

  function hangUp(): void {
    const last = socket;
    socket = undefined;
    received = '';
    last?.destroy();
  }

  return {
    ask() {
      if (!waiting) send();
    },
    read() {
      const answered = !waiting && problem === '';
      return { answered, what: problem === '' ? `${spec.name} gives none` : `${spec.name}: ${problem}` };
    },
    close: () => {
      waiting = false;
      hangUp();
    },
  };
}

const otherAddresses = (): string[] =>
  Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ address, scopeid }) => address !== '127.0.0.1' && !scopeid)
    .map(({ address }) => address);
