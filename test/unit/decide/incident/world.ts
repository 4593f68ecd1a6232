/**
 * Three notifiers, an imagined VNFM and an imagined Pacemaker, driven by the lines of a scenario. What the notifiers want done comes
 * back as lines; nothing is done until the scenario says how it was answered.
 */
import type { ClusterStatus, FailureCount, InstanceStatus, NodeStatus } from '../../../../src/model/cluster.ts';
import { initialIncidentState, type IncidentEvent, type IncidentState, step } from '../../../../src/decide/incident.ts';
import type { IncidentAction } from '../../../../src/decide/incident-action.ts';
import { infinity } from '../../../../src/decide/incident-condition.ts';
import type { BridgeMessage } from '../../../../src/model/wire.ts';
import { addEntry, emptyJournal, type Journal, type JournalEntry } from '../../../../src/decide/incident-journal.ts';
import type { IncidentPolicy } from '../../../../src/decide/incident-policy.ts';
import type { ActionResult } from '../../../../src/decide/incident-result.ts';

export const names = ['node1', 'node2', 'node3'] as const;

interface Notifier {
  readonly name: string;
  pid: number;
  state: IncidentState;
  disk: Journal;
  wakeAt: number | undefined;
  /** Actions that wait for their answer. */
  pending: Exclude<IncidentAction, { type: 'journal' | 'log' }>[];
}

type Condition = 'whole' | 'broken' | 'stopping' | 'stopped' | 'started' | 'counted' | 'lost' | 'standby';
/** An event without its time and chance. */
type Bare<E = IncidentEvent> = E extends IncidentEvent ? Omit<E, 'at' | 'chance'> : never;

export class World {
  readonly out: string[] = [];
  now = 0;
  readonly #policy: IncidentPolicy;
  readonly #alive = new Map<string, Notifier>();
  readonly #dead = new Map<string, Notifier>();
  #web: Record<string, Condition> = { node1: 'whole', node2: 'whole', node3: 'whole' };
  #failedAt = 0;
  #quorate = true;
  #maintenance = false;
  #held: JournalEntry[] | undefined;

  constructor(policy: IncidentPolicy) {
    this.#policy = policy;
  }

  /** Does one line of a scenario. */
  command(line: string): void {
    const words = line.split(' ');
    const [first, second] = words as [string, string | undefined];
    if (/^\+[0-9.]+s$/.test(first)) this.#pass(parseFloat(first.slice(1)) * 1000);
    else if (first.startsWith('web@')) this.#setWeb(first.slice(4), second as Condition);
    else if (first === 'quorum') this.#tell(() => (this.#quorate = second === 'yes'));
    else if (first === 'maintenance') this.#tell(() => (this.#maintenance = second === 'yes'));
    else if (first === 'look') this.#look();
    else if (first === 'silence') this.#look(false);
    else if (first === 'hold') this.#held = [];
    else if (first === 'release') this.#release();
    else if (first === 'lose') this.#held = undefined;
    else if (first === 'said') this.#say(words.slice(1));
    else if (second === 'starts') this.#startNotifier(first);
    else if (second === 'dies') this.#kill(first);
    else if (second === 'answers') this.#answer(first, words.slice(2));
    else if (second === 'disconnected') this.#send(this.#notifier(first), { type: 'disconnected' });
    else throw new Error(`no such command: ${line}`);
  }

  #notifier(name: string): Notifier {
    const notifier = this.#alive.get(name);
    if (notifier === undefined) throw new Error(`${name} is not there`);
    return notifier;
  }

  #startNotifier(name: string): void {
    const before = this.#dead.get(name);
    this.#dead.delete(name);
    const notifier: Notifier = {
      name,
      pid: (before?.pid ?? 0) + 1,
      state: initialIncidentState,
      disk: before?.disk ?? emptyJournal,
      wakeAt: undefined,
      pending: [],
    };
    for (const { entries } of notifier.disk.values()) {
      for (const entry of entries)
        notifier.state = step(notifier.state, this.#at({ type: 'entry', entry }), this.#policy).state;
    }
    this.#alive.set(name, notifier);
    this.#regroup();
  }

  #kill(name: string): void {
    this.#dead.set(name, this.#notifier(name));
    this.#alive.delete(name);
    this.#regroup();
  }

  /** Membership changes: everybody hears of it, then everybody's journal. */
  #regroup(): void {
    const members = [...this.#alive.values()].map(({ name, pid }) => ({ nodeId: idOf(name), pid }));
    const journals = [...this.#alive.values()].flatMap(({ disk }) =>
      [...disk.values()].flatMap(({ entries }) => entries),
    );
    for (const notifier of this.#alive.values()) {
      const self = { nodeId: idOf(notifier.name), pid: notifier.pid };
      this.#send(notifier, { type: 'joined', self, node: notifier.name, members });
      for (const entry of journals) this.#deliver(notifier, entry);
      this.#send(notifier, { type: 'synced' });
    }
    this.#look();
  }

  #deliver(notifier: Notifier, entry: JournalEntry): void {
    notifier.disk = addEntry(notifier.disk, entry, this.now);
    this.#send(notifier, { type: 'entry', entry });
  }

  #setWeb(node: string, condition: Condition): void {
    if (condition === 'broken' || condition === 'counted') this.#failedAt = this.now;
    this.#tell(() => (this.#web = { ...this.#web, [node]: condition }));
  }

  #tell(change: () => void): void {
    change();
    this.#look();
  }

  /** In the group of the bridges: said died node3 | said hung node3 since=T | said well node3 | said alert node3 | said readmit node3 | said node1 out node3 | said node1 in node3 */
  #say([word, ...rest]: string[]): void {
    this.now += 5; // on its way
    const at = this.now - 5;
    for (const notifier of this.#alive.values())
      this.#send(notifier, { type: 'heard', message: messageOf(word!, rest, at) });
  }

  /** Everybody reads Pacemaker's status. */
  #look(answers = true): void {
    this.now += 1;
    const status = answers ? this.#status() : undefined;
    for (const notifier of this.#alive.values()) this.#send(notifier, { type: 'status', startedAt: this.now, status });
  }

  /** Time passes; Pacemaker is looked at every 3 s. */
  #pass(ms: number): void {
    const end = this.now + ms;
    let lookAt = this.now + 3000;
    for (;;) {
      const wakes = [...this.#alive.values()].flatMap(({ wakeAt }) => (wakeAt === undefined ? [] : [wakeAt]));
      const next = Math.min(lookAt, ...wakes);
      if (next > end) break;
      this.now = Math.max(this.now, next);
      if (next === lookAt) {
        lookAt += 3000;
        this.#look();
      }
      for (const notifier of this.#alive.values()) {
        if (notifier.wakeAt !== undefined && notifier.wakeAt <= this.now) this.#send(notifier, { type: 'tick' });
      }
    }
    this.now = Math.max(this.now, end);
  }

  #at(event: Bare): IncidentEvent {
    return { at: this.now, chance: 0, ...event };
  }

  #send(notifier: Notifier, event: Bare): void {
    const { state, actions, wakeAt } = step(notifier.state, this.#at(event), this.#policy);
    notifier.state = state;
    notifier.wakeAt = wakeAt;
    for (const action of actions) this.#take(notifier, action);
  }

  #take(notifier: Notifier, action: IncidentAction): void {
    this.out.push(`${(this.now / 1000).toFixed(1)}s ${notifier.name} ${describe(action)}`);
    if (action.type === 'journal') {
      if (this.#held === undefined) this.#multicast(action.entry);
      else this.#held.push(action.entry);
    } else if (action.type !== 'log') notifier.pending.push(action);
  }

  #multicast(entry: JournalEntry): void {
    for (const other of this.#alive.values()) this.#deliver(other, entry);
  }

  #release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const entry of held) this.#multicast(entry);
  }

  /** node1 answers heal ok op-1 | heal busy | heal retry | heal refused 400 | find none | poll FAILED_TEMP | cleanup ok … */
  #answer(name: string, [type, how, ...rest]: string[]): void {
    const notifier = this.#notifier(name);
    const index = notifier.pending.findIndex((action) => action.type === type);
    if (index < 0)
      throw new Error(`${name} waits for no answer to ${type}: ${notifier.pending.map((each) => each.type).join()}`);
    const [action] = notifier.pending.splice(index, 1) as [Notifier['pending'][number]];
    const attempt = 'attempt' in action ? action.attempt : 0;
    const answer =
      how === 'busy' || how === 'retry'
        ? { kind: how, detail: rest.join(' ') }
        : how === 'refused'
          ? { kind: how, detail: rest.join(' '), status: Number(rest[0]) }
          : {
              kind: 'ok',
              value: type === 'poll' ? seen(how!, rest) : how === 'ok' ? rest[0] : undefined,
            };
    const said = action.type === 'resolve' ? { n: action.n, how: action.how } : {};
    const result = { type, incident: action.incident, attempt, answer, ...said } as unknown as ActionResult;
    this.#send(notifier, { type: 'result', result });
  }

  #status(): ClusterStatus {
    const resources: InstanceStatus[] = names.flatMap((node) => instances(node, this.#web[node]!));
    const failures: FailureCount[] = names.flatMap((node) =>
      ['broken', 'stopping', 'counted'].includes(this.#web[node]!)
        ? [
            {
              resource: 'sip-web',
              node,
              failCount: this.#web[node] === 'counted' ? 2 : infinity,
              migrationThreshold: 2,
              lastFailure: new Date(this.#failedAt).toISOString(),
            },
          ]
        : [],
    );
    const nodes: NodeStatus[] = names.map((name) => ({
      name,
      id: idOf(name),
      online: this.#web[name] !== 'lost',
      standby: this.#web[name] === 'standby',
      maintenance: false,
      pending: false,
      unclean: false,
    }));
    return { quorate: this.#quorate, dc: 'node1', maintenance: this.#maintenance, nodes, resources, failures };
  }
}

function messageOf(word: string, [first, second]: string[], at: number): BridgeMessage {
  const since = second?.startsWith('since=') ? { since: Number(second.slice(6)) } : {};
  switch (word) {
    case 'died':
    case 'hung':
    case 'well':
      return { v: 1, type: 'instance', node: first!, resource: 'sip-web', word, at, what: '', ...since };
    case 'alert': {
      const failed = { task: 'monitor', intervalMs: 10_000, rc: 7, targetRc: 0, description: '' };
      return {
        v: 1,
        type: 'alert',
        alert: { kind: 'resource', node: first!, happened: at, resource: 'sip-web:1', ...failed },
      };
    }
    case 'readmit':
      return { v: 1, type: 'readmit', id: 'x', backend: 'sip-web', server: first!, at, until: at };
    default:
      return {
        v: 1,
        type: 'rotation',
        node: word,
        changes: [{ backend: 'sip-web', server: second!, out: first === 'out', at }],
      };
  }
}

/** FAILED_TEMP since=T1 no host has room; COMPLETED new=WEB/c336/d001: VDU, the instance that was removed, the one that was added */
function seen(state: string, rest: readonly string[]): object {
  const [, vduId, removed, added] = /^new=(.+)\/(.+)\/(.+)$/.exec(rest[0] ?? '') ?? [];
  const change = (id: string | undefined, changeType: string) => (id === undefined ? [] : [{ id, vduId, changeType }]);
  const affectedVnfcs = [...change(removed, 'REMOVED'), ...change(added, 'ADDED')];
  const [, entered] = /^since=(.+)$/.exec(rest[0] ?? '') ?? [];
  return { state, entered, affectedVnfcs, detail: rest.slice(entered === undefined ? 0 : 1).join(' ') || undefined };
}

const idOf = (name: string): number => Number(name.slice(4));

function instances(node: string, condition: Condition): InstanceStatus[] {
  const instance = (id: string): InstanceStatus => ({
    id,
    agent: 'ocf:vnfha:vnfc',
    role: 'Started',
    active: true,
    failed: false,
    managed: true,
    pending: undefined,
    nodes: [node],
  });
  if (condition === 'whole') return [instance('sip-web'), instance('sip-web-member')];
  // Running again, and not yet back in the load balancer.
  if (condition === 'started') return [instance('sip-web')];
  // Exhausted, and its place in the load balancer is about to be given up.
  return condition === 'stopping' ? [instance('sip-web-member')] : [];
}

function describe(action: IncidentAction): string {
  switch (action.type) {
    case 'journal': {
      const { v, vnf, incident, at, by, kind, ...rest } = action.entry;
      void [v, vnf, at, by];
      return `writes ${kind}${attemptOf(rest)} ${incident}${details(rest)}`;
    }
    case 'heal':
    case 'find':
      return `${action.type}s: '${action.request.cause}' ${action.request.vnfcInstanceId ?? ''}`.trimEnd();
    case 'poll':
      return `polls ${action.operation}`;
    case 'resolve':
      return `has ${action.operation} go on: ${action.how}`;
    case 'cleanup':
      return `cleans up ${action.resource} on ${action.node}`;
    case 'restart-node':
      return `restarts ${action.node}, unless it was since ${(action.since / 1000).toFixed(1)}s`;
    case 'raise-alarm':
      return `raises the alarm ${action.alarm.id} (${action.alarm.severity})`;
    case 'clear-alarm':
      return `clears the alarm ${action.alarm.id}`;
    case 'log':
      return `logs ${action.level} ${action.event}: ${action.fields.detail ?? action.fields.state ?? ''}`;
  }
}

const attemptOf = (rest: object): string => ('attempt' in rest ? `#${String(rest.attempt)}` : '');

function details(rest: Readonly<Record<string, unknown>>): string {
  const times = ['role', 'failedAt', 'noticedAt', 'excludedAt', 'servedAt', 'readmittedAt'].flatMap((key) =>
    key in rest ? [`${key}=${String(rest[key])}`] : [],
  );
  const shown = ['why', 'how', 'operation', 'severity', 'outcome', 'reason', 'refused', 'instance'].flatMap((key) =>
    key in rest ? [String(rest[key])] : [],
  );
  return (shown.length === 0 ? '' : `: ${shown.join(', ')}`) + times.map((time) => ` ${time}`).join('');
}
