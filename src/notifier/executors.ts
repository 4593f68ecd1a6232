/**
 * The actions, done. None of them holds up the loop: what they come to is posted as an event.
 */
import type { IncidentAction } from '../decide/incident-action.ts';
import type { JournalEntry } from '../decide/incident-journal.ts';
import { entryKey } from '../decide/incident-journal.ts';
import type { ActionResult } from '../decide/incident-result.ts';
import type { Answer } from '../model/answer.ts';
import { Failure, messageOf } from '../process/failure.ts';
import type { Log } from '../process/log.ts';
import type { Executors } from '../process/loop.ts';
import type { HealAdapter } from '../vnfm/adapter.ts';
import type { Happening } from './loop.ts';

type ActionOf<T extends IncidentAction['type']> = Extract<IncidentAction, { readonly type: T }>;

interface Doors {
  readonly adapter: HealAdapter;
  readonly cleanup: (resource: string, node: string | undefined) => Promise<void>;
  readonly restartNode: (node: string, since: number) => Promise<void>;
  /** Something was done to the cluster: it is worth another look. */
  readonly looked: () => void;
  readonly send: (entry: JournalEntry) => Promise<void>;
  readonly post: (event: Happening) => void;
  readonly log: Log;
}

/** One executor for each action. */
export function incidentExecutors({
  adapter,
  cleanup,
  restartNode,
  looked,
  send,
  post,
  log,
}: Doors): Executors<IncidentAction> {
  const answer = <T>(result: (answer: Answer<T>) => ActionResult, asked: Promise<Answer<T>>): void => {
    void asked
      .catch((error: unknown) => ({ kind: 'retry', detail: messageOf(error) }) as const)
      .then((answered) => post({ type: 'result', result: result(answered) }));
  };
  return {
    journal: ({ entry }) => {
      send(entry).catch((error: unknown) => {
        log.warn('not-sent', { incident: entry.incident, kind: entry.kind, why: messageOf(error) });
        post({ type: 'unsent', key: entryKey(entry) });
      });
    },
    heal: ({ type, incident, attempt, request }) =>
      answer((answered) => ({ type, incident, attempt, answer: answered }), healOnce(adapter, request, log)),
    find: ({ type, incident, attempt, request }) =>
      answer((answered) => ({ type, incident, attempt, answer: answered }), adapter.find(request.mark, request.known)),
    poll: ({ type, incident, attempt, operation }) =>
      answer((answered) => ({ type, incident, attempt, answer: answered }), poll(adapter, incident, operation, log)),
    resolve: ({ type, incident, attempt, n, operation, how }) =>
      answer<undefined>(
        (answered) => ({ type, incident, attempt, n, how, answer: answered }),
        adapter.resolve(operation, how),
      ),
    cleanup: ({ type, incident, attempt, resource, node }) => {
      const cleaned = cleanup(resource, node)
        .then(() => ({ kind: 'ok', value: undefined }) as const)
        .catch((error: unknown) => {
          const kind = error instanceof Failure && error.retryable ? 'retry' : 'refused';
          return { kind, detail: messageOf(error) } as const;
        })
        .finally(looked);
      answer<undefined>((answered) => ({ type, incident, attempt, answer: answered }), cleaned);
    },
    'restart-node': ({ type, incident, node, since }) => {
      log.warn('node-restarting', { incident, node });
      const restarted = restartNode(node, since)
        .then(() => ({ kind: 'ok', value: undefined }) as const)
        .catch((error: unknown) => ({ kind: 'refused', detail: messageOf(error) }) as const)
        .finally(looked);
      answer<undefined>((answered) => ({ type, incident, answer: answered }), restarted);
    },
    'raise-alarm': ({ type, incident, alarm }) =>
      answer((answered) => ({ type, incident, answer: answered }), adapter.raiseAlarm(alarm)),
    'clear-alarm': ({ type, incident, alarm }) =>
      answer((answered) => ({ type, incident, answer: answered }), adapter.clearAlarm(alarm)),
    log: ({ level, event, fields }) => log[level](event, fields),
  };
}

/** Asks for a heal, unless the VNFM has an operation for it already: the answer to an earlier request may have been lost. */
async function healOnce(
  adapter: HealAdapter,
  request: ActionOf<'heal'>['request'],
  log: Log,
): Promise<Answer<string | undefined>> {
  const found = await adapter.find(request.mark, request.known);
  if (found.kind !== 'ok') return found;
  if (found.value !== undefined) {
    log.info('heal-found', { operation: found.value, cause: request.cause });
    return found;
  }
  log.info('heal-posted', { cause: request.cause, vnfcInstanceId: request.vnfcInstanceId });
  return adapter.heal(request);
}

async function poll(
  adapter: HealAdapter,
  incident: string,
  operation: string,
  log: Log,
): ReturnType<HealAdapter['operation']> {
  const answered = await adapter.operation(operation);
  if (answered.kind === 'ok' && answered.value.state === 'COMPLETED') {
    log.info('heal-ended', { incident, operation, affectedVnfcs: answered.value.affectedVnfcs });
  }
  return answered;
}
