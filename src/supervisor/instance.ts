/** One instance under supervision: the loop of its decision, with its eyes (pidfd, heartbeats, checks) and hands. */
import type { InstanceAction, InstanceEvent, InstancePolicy, InstanceWatch, Said } from '../decide/instance-types.ts';
import { initialWatch, isNoNews, stepInstance, wordThatHolds } from '../decide/instance.ts';
import { closeFastPath } from '../ocf/fast-path.ts';
import { isAlive, type ProcessIdentity, sessionOf, signalAll } from '../ocf/processes.ts';
import { now } from '../process/clock.ts';
import { messageOf } from '../process/failure.ts';
import type { Log } from '../process/log.ts';
import { type Executors, type Loop, perform, startLoop } from '../process/loop.ts';
import type { Pidfds } from '../process/pidfd.ts';
import type { Sockets } from '../process/sockets.ts';
import { startBeats } from './beats.ts';
import { checkOnce, parameterNames } from './checker.ts';
import type { Gone } from './gone.ts';
import type { HeartbeatSpec } from './heartbeat-spec.ts';
import type { Metronome } from '../process/metronome.ts';
import { heartbeatIn, notedOf } from './noted.ts';
import type { Record } from './records.ts';
import { parametersLine, type Sights } from './sights.ts';

export interface InstanceMeans {
  readonly resource: string;
  readonly policy: InstancePolicy;
  readonly pidfds: Pidfds;
  readonly metronome: Metronome;
  readonly sockets: Sockets;
  readonly sights: Sights;
  readonly gone: Gone;
  /** What the agents have noted at this moment. */
  readonly read: () => Record | undefined;
  readonly say: (said: Said) => void;
  /** Tells Pacemaker that what ran since `since` (ms since the epoch) has failed. */
  readonly tellPacemaker: (since: number) => Promise<void>;
  readonly takeScore: () => Promise<void>;
  readonly log: Log;
}

export interface Instance {
  /** The agents wrote something new. */
  noted(record: Record | undefined): void;
  /** The last word about it, while it holds. */
  readonly word: Said | undefined;
  stop(): void;
}

export function superviseInstance(means: InstanceMeans): Instance {
  const { resource, policy, pidfds, metronome, sockets, sights, read, say, tellPacemaker } = means;
  const log = logOf(means.log, resource);
  const loop: Loop<InstanceWatch, InstanceEvent> = startLoop({
    initial: initialWatch,
    step: (state, event: InstanceEvent) => stepInstance(state, event, policy),
    tick: (at): InstanceEvent => ({ type: 'tick', at }),
    perform: (action) => perform(executors, action),
  });
  let checked: Record | undefined;
  let runsSince = now();
  const executors: Executors<InstanceAction> = {
    unfit: ({ what }) => {
      closeFastPath(resource); // the next monitor is a full one, which gives the score back when all is well
      means.takeScore().then(
        () => log.info('unfit', { what }),
        (error: unknown) => log.warn('unfit-not-told', { why: messageOf(error) }),
      );
    },
    kill: ({ leader: hung }) => {
      log.warn('killed', { pid: hung.pid, why: 'the active instance hangs' });
      signalAll(hung, 'SIGKILL');
    },
    say: ({ word, at, what, since }) => say({ word, at, what, ...(since === undefined ? {} : { since }) }),
    fail: () => {
      tellPacemaker(runsSince).then(
        () => loop.post({ type: 'told', at: now(), error: undefined }),
        (error: unknown) => loop.post({ type: 'told', at: now(), error: messageOf(error) }),
      );
    },
    check: () => void check(),
    showSight: ({ code, begun, forMs }) => {
      const { text, state } = checked!;
      const line = parametersLine(parameterNames(state.agent), state.parameters ?? {});
      if (line === undefined) return;
      sights.show(resource, { code, leader: state.leader, forMs: forMs - (now() - begun), parameters: line });
      // agents write first and hide the sight then: either they hide this one, or it is seen here that they wrote
      if (read()?.text !== text) sights.hide(resource);
    },
    hideSight: () => sights.hide(resource),
    noteGone: ({ leader: dead }) => {
      if (sessionOf(dead).length === 0) means.gone.note(resource, dead);
    },
    log: ({ level, event, fields }) => log[level](event, fields),
  };

  async function check(): Promise<void> {
    const begun = now();
    const record = read();
    checked = record;
    const outcome = record?.state.watch === undefined ? undefined : await checkOnce(resource, record, sockets);
    const holds = outcome !== undefined && read()?.text === record?.text;
    loop.post({
      type: 'checked',
      at: now(),
      begun,
      outcome: holds ? outcome : { is: 'void', why: 'the agents wrote' },
    });
  }

  const leader = watched<ProcessIdentity>(({ pid, startTime }) => {
    const ended = (): void => loop.post({ type: 'ended', at: now(), pid, noted: notedOf(read()) });
    try {
      const stop = pidfds.watch(pid, ended);
      if (stop !== undefined && isAlive({ pid, startTime })) return stop;
      stop?.();
      setImmediate(ended);
    } catch (error) {
      log.error('not-watched', { why: messageOf(error) });
    }
    return () => undefined;
  });
  const heartbeat = watched((spec: HeartbeatSpec) =>
    startBeats(spec, metronome, sockets, (beat) => {
      if (!isNoNews(loop.state, beat)) loop.post({ type: 'beat', at: now(), ...beat });
    }),
  );

  return {
    noted(record) {
      const noted = notedOf(record);
      if (noted?.phase !== 'running') runsSince = now();
      loop.post({ type: 'noted', at: now(), noted });
      leader.use(noted?.phase === 'stopping' ? undefined : noted?.leader);
      heartbeat.use(noted?.phase === 'running' ? heartbeatIn(record) : undefined);
    },
    get word() {
      return wordThatHolds(loop.state);
    },
    stop() {
      loop.stop();
      leader.use(undefined);
      heartbeat.use(undefined);
    },
  };
}

/** Holds what watches one thing; begins anew when the thing is another. */
function watched<T>(begin: (thing: T) => () => void): { use(thing: T | undefined): void } {
  let present: string | undefined;
  let end = (): void => undefined;
  return {
    use(thing) {
      const next = thing && JSON.stringify(thing);
      if (next === present) return;
      end();
      present = next;
      end = thing === undefined ? () => undefined : begin(thing);
    },
  };
}

const logOf = (log: Log, resource: string): Log => ({
  info: (event, fields) => log.info(event, { resource, ...fields }),
  warn: (event, fields) => log.warn(event, { resource, ...fields }),
  error: (event, fields) => log.error(event, { resource, ...fields }),
});
