/**
 * Asks an instance again and again whether it answers, on a connection that stays. Who hangs leaves the question unanswered, and is
 * not asked another on top; when it goes on it answers the one that waits.
 */
import { networkInterfaces } from 'node:os';
import type { Sockets } from '../process/sockets.ts';
import type { HeartbeatSpec } from './heartbeat-spec.ts';
import { type Line, openLine } from './line.ts';
import { readHttp, type Reading, readText } from './reply.ts';

export interface Conversation {
  /** Asks, unless the last question still waits. */
  ask(): void;
  /** What has come since. */
  read(): Answer;
  close(): void;
}

export interface Answer {
  /** Whether all that was asked is answered. */
  readonly answered: boolean;
  /** Its connection ended as a question went out; it was asked again just now, and has had no time to answer. */
  readonly askedAgain: boolean;
  /** Why there is no answer: what is known of it. */
  readonly what: string;
}

export function converse(spec: HeartbeatSpec, sockets: Sockets): Conversation {
  const hosts = spec.host === undefined ? ['127.0.0.1', ...otherAddresses()] : [spec.host];
  const expect = spec.answer.is === 'text' ? Buffer.from(spec.answer.expect).toString('latin1') : '';
  let at = 0;
  let line: Line | undefined;
  let received = '';
  let waiting = false;
  /** Answers on this connection: who has given one and closes it may have thought it idle. */
  let answers = 0;
  let problem = '';
  /** What was received last, and how that reads: it mostly comes again as it was. */
  let before: { readonly text: string; readonly reading: Reading } | undefined;

  function send(): void {
    waiting = true;
    problem = '';
    if (line === undefined) {
      answers = 0;
      received = '';
      line = openLine({ host: hosts[at]!, port: spec.port, tls: spec.tls }, sockets);
    }
    if (spec.send !== undefined) line.send(spec.send);
  }

  /** Takes in what has come; true: asked again. */
  function hear(): boolean {
    const seen = line?.look();
    if (seen === undefined) return false;
    if (seen.connected && spec.send === undefined) {
      answered(true);
      return false;
    }
    received += seen.data;
    if (seen.data !== '') readReceived();
    return line !== undefined && seen.ended && lost(seen.problem);
  }

  function readReceived(): void {
    if (before?.text !== received)
      before = { text: received, reading: spec.answer.is === 'http' ? readHttp(received) : readText(received, expect) };
    const { reading } = before;
    if (reading.is === 'more') return;
    if (reading.is === 'answer') {
      received = reading.rest;
      return answered(reading.closes);
    }
    problem = reading.problem;
    waiting = false;
    hangUp();
  }

  function lost(why: string | undefined): boolean {
    const again = waiting && answers > 0 && received === '';
    if (why !== undefined && answers === 0) at = (at + 1) % hosts.length;
    hangUp();
    if (again) {
      send();
      return true;
    }
    if (waiting) problem = why ?? 'it ends the connection';
    waiting = false;
    return false;
  }

  function answered(closes: boolean): void {
    waiting = false;
    problem = '';
    answers += 1;
    if (closes) hangUp();
  }

  function hangUp(): void {
    line?.close();
    line = undefined;
    received = '';
  }

  return {
    ask() {
      if (!waiting) send();
    },
    read() {
      const askedAgain = hear();
      const answered = !waiting && problem === '';
      return { answered, askedAgain, what: problem === '' ? `${spec.name} gives none` : `${spec.name}: ${problem}` };
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
