/**
 * HAProxy's replies on its runtime socket, from text to typed values. Every reply ends with an empty line; what does not is cut
 * short, and nothing is taken from it.
 */
import { Failure } from '../process/failure.ts';

/** The `count` replies in `text`, each without its end. @throws Failure 'input' when there are fewer or more */
export function splitReplies(text: string, count: number): string[] {
  const replies: string[] = [];
  let lines: string[] = [];
  const pieces = text.split('\n');
  if (pieces.pop() !== '') throw malformed(`the reply is cut short after ${quote(text.slice(-40))}`);
  for (const line of pieces) {
    if (line !== '') {
      lines.push(line);
      continue;
    }
    replies.push(lines.join('\n'));
    lines = [];
  }
  if (lines.length > 0) throw malformed(`the reply is cut short after ${quote(lines.at(-1)!)}`);
  if (replies.length !== count) throw malformed(`${replies.length} replies to ${count} commands`);
  return replies;
}

export interface ProcessInfo {
  readonly pid: number;
  readonly version: string;
}

/** The reply to `show info`. @throws Failure 'input' */
export function parseInfo(reply: string): ProcessInfo {
  const fields = new Map(
    reply.split('\n').flatMap((line) => {
      const colon = line.indexOf(': ');
      return colon < 0 ? [] : [[line.slice(0, colon), line.slice(colon + 2)]];
    }),
  );
  const field = (name: string): string => {
    const value = fields.get(name);
    if (value === undefined) throw malformed(`'show info' has no ${name} in ${quote(reply)}`);
    return value;
  };
  return { pid: integer(field('Pid'), 'Pid'), version: field('Version') };
}

/** What the operator or the bridge wants of a server, whatever its health is. */
export type AdminState = 'ready' | 'drain' | 'maint';

export interface ServerState {
  readonly backend: string;
  readonly server: string;
  readonly address: string;
  readonly port: number;
  readonly admin: AdminState;
}

// srv_admin_state, by HAProxy's management guide. 0x04 (it was disabled in the file) stays for ever, and says nothing.
const maintFlags = 0x01 | 0x02 | 0x20 | 0x40;
const drainFlags = 0x08 | 0x10;

/** The reply to `show servers state`. @throws Failure 'input' */
export function parseServersState(reply: string): ServerState[] {
  const [version, header, ...rows] = reply.split('\n');
  if (version !== '1' || header === undefined || !header.startsWith('# ')) {
    throw malformed(`'show servers state' begins with ${quote(reply.slice(0, 60))}`);
  }
  const names = header.slice(2).split(' ');
  return rows.map((row) => {
    const values = row.split(' ');
    const field = (name: string): string => {
      const value = values[names.indexOf(name)];
      if (value === undefined) throw malformed(`'show servers state' has no ${name} in ${quote(row)}`);
      return value;
    };
    const flags = integer(field('srv_admin_state'), 'srv_admin_state');
    return {
      backend: field('be_name'),
      server: field('srv_name'),
      address: field('srv_addr'),
      port: integer(field('srv_port'), 'srv_port'),
      admin: flags & maintFlags ? 'maint' : flags & drainFlags ? 'drain' : 'ready',
    };
  });
}

export interface ServerStat {
  readonly backend: string;
  readonly server: string;
  /** HAProxy's words: UP, DOWN, MAINT, DRAIN, 'UP 1/2', 'no check', … */
  readonly status: string;
  readonly sessions: number;
  /** Seconds since its status changed. */
  readonly lastChangeSec: number | undefined;
  readonly lastCheck: string;
}

/** The servers in the reply to `show stat` (CSV). @throws Failure 'input' */
export function parseStat(reply: string): ServerStat[] {
  const [header, ...rows] = reply.split('\n');
  if (header === undefined || !header.startsWith('# ')) {
    throw malformed(`'show stat' begins with ${quote(reply.slice(0, 60))}`);
  }
  const names = header.slice(2).split(',');
  return rows.map((row) => {
    const values = csvFields(row);
    const field = (name: string): string => {
      const value = values[names.indexOf(name)];
      if (value === undefined) throw malformed(`'show stat' has no ${name} in ${quote(row)}`);
      return value;
    };
    const lastChange = field('lastchg');
    return {
      backend: field('pxname'),
      server: field('svname'),
      status: field('status'),
      sessions: integer(field('scur'), 'scur'),
      lastChangeSec: lastChange === '' ? undefined : integer(lastChange, 'lastchg'),
      lastCheck: field('check_status'),
    };
  });
}

function csvFields(row: string): string[] {
  const fields = [...row.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)];
  return fields.map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '');
}

function integer(text: string, name: string): number {
  if (!/^-?\d+$/.test(text)) throw malformed(`${name} is ${quote(text)}, not a number`);
  return Number(text);
}

const quote = (text: string): string => JSON.stringify(text.slice(0, 120));
const malformed = (what: string): Failure => new Failure('input', `HAProxy's reply is malformed: ${what}`);
