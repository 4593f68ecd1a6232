/**
 * HAProxy's runtime socket: what is in its memory, and how it is changed.
 */
import { Failure } from '../process/failure.ts';
import { openDoor } from './door.ts';
import {
  parseInfo,
  parseServersState,
  parseStat,
  type ProcessInfo,
  type ServerStat,
  type ServerState,
} from './replies.ts';

export interface ServerOrder {
  readonly backend: string;
  readonly server: string;
  readonly out: boolean;
  /** Cut the sessions that it still has, so that clients try elsewhere. */
  readonly cut: boolean;
}

/** done; absent: HAProxy has no such server; or HAProxy's words of refusal. */
export type OrderOutcome = 'done' | 'absent' | { readonly error: string };

export interface Runtime {
  /** Carries out `orders` in one connection; an outcome for each. @throws as Door.ask, and 'input' for a name that can't be one */
  setServers(orders: readonly ServerOrder[]): Promise<OrderOutcome[]>;
  /** The process and every server's state. @throws as Door.ask */
  observe(): Promise<{ info: ProcessInfo; servers: ServerState[] }>;
  /** The state of the servers of `backend`, as HAProxy writes it for itself. @throws as setServers */
  states(backend: string): Promise<string>;
  /** Every server's statistics. @throws as Door.ask */
  stats(): Promise<ServerStat[]>;
}

// A line of commands must fit into HAProxy's buffer of 16 KiB.
const ordersAtOnce = 60;

/** The HAProxy whose runtime socket is `path`. `timeoutMs` bounds every question. */
export function runtimeAt(path: string, timeoutMs?: number): Runtime {
  const door = openDoor(path, timeoutMs);
  return {
    async setServers(orders) {
      for (const { backend, server } of orders) [backend, server].forEach(checkName);
      const outcomes: OrderOutcome[] = [];
      for (let start = 0; start < orders.length; start += ordersAtOnce) {
        const some = orders.slice(start, start + ordersAtOnce);
        const commands = some.map(commandsOf);
        const replies = await door.ask(commands.flat());
        for (const { length } of commands) outcomes.push(outcomeOf(replies.splice(0, length)));
      }
      return outcomes;
    },
    async observe() {
      const [info, state] = await door.ask(['show info', 'show servers state']);
      return { info: parseInfo(info!), servers: parseServersState(state!) };
    },
    async states(backend) {
      checkName(backend);
      const [answer] = await door.ask([`show servers state ${backend}`]);
      return answer!;
    },
    async stats() {
      const [stat] = await door.ask(['show stat -1 4 -1']);
      return parseStat(stat!);
    },
  };
}

function commandsOf({ backend, server, out, cut }: ServerOrder): string[] {
  const name = `${backend}/${server}`;
  // 'ready' leaves the health to HAProxy's own check: nothing is forced up.
  const set = `set server ${name} state ${out ? 'maint' : 'ready'}`;
  return out && cut ? [set, `shutdown sessions server ${name}`] : [set];
}

function outcomeOf(replies: readonly string[]): OrderOutcome {
  const words = replies.find((reply) => reply !== '');
  if (words === undefined) return 'done';
  return /^No such (server|backend)\.$/.test(words) ? 'absent' : { error: `HAProxy refused: ${words.slice(0, 200)}` };
}

function checkName(name: string): void {
  if (!/^[A-Za-z0-9_.:-]+$/.test(name))
    throw new Failure('input', `${JSON.stringify(name)} cannot be a name in HAProxy`);
}
