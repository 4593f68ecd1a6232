/**
 * The HealAdapter for whoever has no VNFM of ETSI's: heals and alarms are posted as JSON to a URL of the operator's. There is nothing in which
 * to search for what was asked before: a request whose answer was lost is sent again with the same Idempotency-Key.
 */
import type { Answer } from '../model/answer.ts';
import type { Vnf, Vnfm } from '../model/vnf.ts';
import type { HealAdapter } from './adapter.ts';
import { type Client, createClient, createDispatcher, refusalOf, type Reply } from './client.ts';
import type { Operation } from './op-occurrence.ts';
import { tokenSource } from './token.ts';

/** A receiver that heals before it answers has so much time. */
const timeoutMs = 30_000;
/** The operation of a heal that was done when it was answered. */
const atOnce = 'done';

/**
 * Posts to the webhook of `vnfm`; docs/notifier.md has the bodies.
 * @throws Failure 'missing' or 'permission' (the files that the description names)
 */
export async function createWebhookAdapter(vnf: Vnf, vnfm: Vnfm): Promise<HealAdapter> {
  const dispatcher = createDispatcher(vnfm.ca);
  const token = vnfm.auth && (await tokenSource(vnfm.auth, { dispatcher, timeoutMs, now: Date.now }));
  const client = createClient({ dispatcher, token, timeoutMs });
  const alarms = vnfm.alarms ?? '';
  const alarmClient = sameOrigin(alarms, vnfm.url) ? client : createClient({ dispatcher, token: undefined, timeoutMs });
  const about = { vnf: vnf.name, vnfInstanceId: vnf.instanceId };
  return {
    find: () => Promise.resolve({ kind: 'ok', value: undefined }),
    async heal({ key, vnfc, node, cause, vnfcInstanceId }) {
      const answer = await client('POST', vnfm.url, { type: 'heal', ...about, vnfc, node, vnfcInstanceId, cause }, key);
      if (answer.kind !== 'ok') return answer;
      const { status, location } = answer.value;
      if (status === 200 || status === 204) return { kind: 'ok', value: atOnce };
      if (status !== 202) return refusalOf(answer.value, 'heal');
      const id = operationAt(location, vnfm.url);
      if (id === undefined)
        return { kind: 'retry', detail: 'heal: accepted, but without a Location at its own origin' };
      return { kind: 'ok', value: id };
    },
    operation: (id) => read(client, vnfm.url, id),
    resolve: (_id, how) => Promise.resolve({ kind: 'refused', detail: `a webhook has no ${how}` }),
    raiseAlarm: (alarm) =>
      notify(alarmClient, alarms, { type: 'alarm-raised', ...about, ...alarm }, `${alarm.id}-raised`),
    clearAlarm: ({ id, clearedAt }) =>
      notify(alarmClient, alarms, { type: 'alarm-cleared', ...about, id, clearedAt }, `${id}-cleared`),
    close: () => dispatcher.destroy(),
  };
}

const sameOrigin = (url: string, other: string): boolean =>
  URL.canParse(url) && new URL(url).origin === new URL(other).origin;

/** Path and query of the operation, which are its id in the journal; undefined: none, or at somebody else's. */
function operationAt(location: string | undefined, url: string): string | undefined {
  if (location === undefined || !URL.canParse(location, url)) return undefined;
  const { origin, pathname, search } = new URL(location, url);
  const id = pathname + search;
  return origin === new URL(url).origin && id.length <= 255 ? id : undefined;
}

async function read(client: Client, url: string, id: string): Promise<Answer<Operation>> {
  const seen = { id, entered: undefined, detail: undefined, cause: undefined, affectedVnfcs: [] };
  if (id === atOnce) return { kind: 'ok', value: { ...seen, state: 'COMPLETED' } };
  // not resolved against the URL: '//host/…' would be somebody else's, who would get our token
  if (!id.startsWith('/')) return { kind: 'refused', detail: `operation '${id}' is no path`, status: 404 };
  const answer = await client('GET', new URL(url).origin + id);
  if (answer.kind !== 'ok') return answer;
  const { state, detail } = bodyOf(answer.value);
  const known = (['PROCESSING', 'COMPLETED', 'FAILED'] as const).find((each) => each === state);
  if (answer.value.status !== 200 || known === undefined) return refusalOf(answer.value, `operation ${id}`);
  return { kind: 'ok', value: { ...seen, state: known, detail: typeof detail === 'string' ? detail.slice(0, 1000) : undefined } }; // prettier-ignore
}

const bodyOf = ({ body }: Reply): Readonly<Record<string, unknown>> =>
  typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};

async function notify(client: Client, url: string, body: object, key: string): Promise<Answer<undefined>> {
  const answer = await client('POST', url, body, key);
  if (answer.kind !== 'ok') return answer;
  const { status } = answer.value;
  return status >= 200 && status < 300 ? { kind: 'ok', value: undefined } : refusalOf(answer.value, 'alarm');
}
