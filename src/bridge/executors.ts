/**
 * What is done for each action that the decision gives. None waits: outcomes come back as events, and a HAProxy that hangs holds up
 * neither the file nor the loop.
 */
import type { RotationAction, RotationEvent, ServerChange } from '../decide/rotation-types.ts';
import type { OrderOutcome, Runtime } from '../haproxy/runtime.ts';
import type { BridgeMessage } from '../model/wire.ts';
import { now } from '../process/clock.ts';
import { Failure, messageOf } from '../process/failure.ts';
import type { Log } from '../process/log.ts';
import type { Executors } from '../process/loop.ts';
import type { ConfigWriter } from './config-writer.ts';

export interface Means {
  readonly node: string;
  readonly runtime: Runtime;
  readonly writer: ConfigWriter;
  readonly send: (message: BridgeMessage) => Promise<void>;
  readonly askCluster: () => void;
  readonly post: (event: RotationEvent) => void;
  /** HAProxy has taken it, `done` (ms since the epoch), so long after its evidence. */
  readonly changed: (change: ServerChange, done: number, seconds: number) => void;
  readonly log: Log;
}

export function executorsOf(means: Means): Executors<RotationAction> {
  const { node, writer, send, askCluster, log } = means;
  return {
    setServers: ({ at, changes }) => void setServers(means, at, changes),
    writeConfig: ({ excluded }) => writer.write(excluded),
    ack: ({ id, error }) => {
      const answer = { v: 1, type: 'ack', id, node } as const;
      send(error === undefined ? answer : { ...answer, error }).then(
        () => log.info('acked', { id, error }),
        (failure: unknown) => log.warn('ack-not-sent', { id, why: messageOf(failure) }),
      );
    },
    readStatus: askCluster,
    log: ({ level, event, fields }) => log[level](event, fields),
  };
}

async function setServers(
  { runtime, post, changed, log }: Means,
  at: number,
  changes: readonly ServerChange[],
): Promise<void> {
  const started = now();
  const outcomes = await runtime.setServers(changes.map(orderOf)).catch((error: unknown): OrderOutcome[] => {
    const gone = error instanceof Failure && error.kind === 'missing';
    return changes.map(() => (gone ? 'absent' : { error: messageOf(error) }));
  });
  const done = now();
  log.info('set-servers', {
    servers: changes.map(({ key, out, cut }, index) => ({ server: key, out, cut, outcome: outcomes[index] })),
    usFromEvidence: Math.round((done - at) * 1000),
    usInHaproxy: Math.round((done - started) * 1000),
  });
  changes.forEach((change, index) => {
    const { key, out } = change;
    const outcome = outcomes[index]!;
    if (outcome === 'done') changed(change, done, (done - at) / 1000);
    post({ type: 'set', at: done, key, out, outcome });
  });
}

function orderOf({ key, out, cut }: ServerChange) {
  const [backend, server] = key.split('/') as [string, string];
  return { backend, server, out, cut };
}
