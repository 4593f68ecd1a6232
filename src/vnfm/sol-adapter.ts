/**
 * The HealAdapter for a VNFM that speaks ETSI SOL003/SOL002 v2, as OpenStack Tacker does.
 */
import type { Vnf, Vnfm } from '../model/vnf.ts';
import { Failure } from '../process/failure.ts';
import type { Answer } from '../model/answer.ts';
import type { HealAdapter } from './adapter.ts';
import { alarmClearedNotification, alarmNotification } from './alarms.ts';
import { type Client, createClient, createDispatcher, refusalOf, type Reply } from './client.ts';
import { type Operation, operationIdOf, parseOperation } from './op-occurrence.ts';
import { tokenSource } from './token.ts';
import { addressesIn } from './vnf-instance.ts';

/** Longer than this, and the answer is taken for lost. */
const timeoutMs = 30_000;
/** More pages of operations than this are not read. */
const pagesAtMost = 100;

/**
 * Speaks to the VNFM of `vnf`.
 * @throws Failure 'input' (no vnf.instanceId), 'missing' or 'permission' (the files that the description names)
 */
export async function createSolAdapter(vnf: Vnf, vnfm: Vnfm): Promise<HealAdapter> {
  if (vnf.instanceId === undefined) {
    throw new Failure('input', 'the description has a vnfm but no vnf.instanceId: the VNFM would not know the VNF', {
      cure: 'Add vnf.instanceId: the vnfInstanceId by which the VNFM knows it.',
    });
  }
  const dispatcher = createDispatcher(vnfm.ca);
  const token = vnfm.auth && (await tokenSource(vnfm.auth, { dispatcher, timeoutMs, now: Date.now }));
  const client = createClient({ dispatcher, token, timeoutMs });
  const { find, read, resolve } = operations(client, vnfm.url, vnf.instanceId);
  const instance = vnf.instanceId;
  /** Only a server that no node of the cluster is may be elsewhere after a heal. */
  async function withAddresses(asked: Promise<Answer<Operation>>, { loadBalancer }: Vnf): Promise<Answer<Operation>> {
    const answer = await asked;
    if (answer.kind !== 'ok' || answer.value.state !== 'COMPLETED' || !loadBalancer?.manages.length) return answer;
    const told = await client('GET', `${rootOf(vnfm.url)}/vnf_instances/${instance}`);
    if (told.kind === 'retry') return told;
    const addresses = told.kind === 'ok' && told.value.status === 200 ? addressesIn(told.value.body) : undefined;
    return { kind: 'ok', value: { ...answer.value, addresses } };
  }
  const alarms = vnfm.alarms ?? '';
  const alarmClient = sameOrigin(alarms, vnfm.url) ? client : createClient({ dispatcher, token: undefined, timeoutMs });
  return {
    find,
    operation: (id) => withAddresses(read(id), vnf),
    resolve,
    heal: ({ cause, vnfcInstanceId }) =>
      heal(client, `${rootOf(vnfm.url)}/vnf_instances/${instance}/heal`, cause, vnfcInstanceId),
    raiseAlarm: (alarm) => notify(alarmClient, alarms, alarmNotification(alarm, instance, alarms)),
    clearAlarm: (alarm) => notify(alarmClient, alarms, alarmClearedNotification(alarm, alarms)),
    close: () => dispatcher.destroy(),
  };
}

/** Our token is the VNFM's: nobody else gets it. */
const sameOrigin = (url: string, vnfm: string): boolean =>
  URL.canParse(url) && new URL(url).origin === new URL(vnfm).origin;

const rootOf = (url: string): string => `${url.replace(/\/+$/, '')}/vnflcm/v2`;

async function heal(
  client: Client,
  url: string,
  cause: string,
  vnfcInstanceId: string | undefined,
): Promise<Answer<string>> {
  const answer = await client('POST', url, {
    cause,
    additionalParams: { all: false },
    ...(vnfcInstanceId === undefined ? {} : { vnfcInstanceId: [vnfcInstanceId] }),
  });
  if (answer.kind !== 'ok') return answer;
  if (answer.value.status !== 202) return refusalOf(answer.value, 'heal');
  const id = operationIdOf(answer.value.location);
  if (id === undefined) return { kind: 'retry', detail: 'heal: accepted, but without the Location of its operation' };
  return { kind: 'ok', value: id };
}

async function notify(client: Client, url: string, body: object): Promise<Answer<undefined>> {
  const answer = await client('POST', url, body);
  if (answer.kind !== 'ok') return answer;
  const { status } = answer.value;
  return status >= 200 && status < 300 ? { kind: 'ok', value: undefined } : refusalOf(answer.value, 'alarm');
}

function operations(client: Client, url: string, instance: string) {
  const base = `${rootOf(url)}/vnf_lcm_op_occs`;
  const filter = encodeURIComponent(`(eq,operation,HEAL);(eq,vnfInstanceId,${instance})`);

  async function read(id: string): Promise<Answer<Operation>> {
    const answer = await client('GET', `${base}/${id}`);
    if (answer.kind !== 'ok') return answer;
    const operation = answer.value.status === 200 ? parseOperation(answer.value.body) : undefined;
    return operation === undefined ? refusalOf(answer.value, `operation ${id}`) : { kind: 'ok', value: operation };
  }

  /** operationParams come in a list only with all_fields (SOL003 §5.4.12.3.2), and not from every VNFM. */
  async function causeOf(operation: Operation): Promise<Answer<string | undefined>> {
    if (operation.cause !== undefined) return { kind: 'ok', value: operation.cause };
    const answer = await read(operation.id);
    return answer.kind === 'ok' ? { kind: 'ok', value: answer.value.cause } : answer;
  }

  async function find(mark: string, known: readonly string[]): Promise<Answer<string | undefined>> {
    let page: string | undefined = `${base}?all_fields&filter=${filter}`;
    for (let pages = 0; page !== undefined; pages++) {
      if (pages === pagesAtMost) return { kind: 'retry', detail: `operations: more than ${pagesAtMost} pages` };
      const answer: Answer<Reply> = await client('GET', page);
      if (answer.kind !== 'ok') return answer;
      const listed = answer.value.status === 200 ? parseList(answer.value.body) : undefined;
      if (listed === undefined) return refusalOf(answer.value, 'operations');
      for (const operation of listed) {
        if (known.includes(operation.id)) continue;
        const cause = await causeOf(operation);
        if (cause.kind !== 'ok') return cause;
        if (cause.value?.includes(mark)) return { kind: 'ok', value: operation.id };
      }
      page = nextPage(base, answer.value.next);
    }
    return { kind: 'ok', value: undefined };
  }
  /** SOL003 §5.4.14 to §5.4.16. 409: it isn't in FAILED_TEMP any more. */
  async function resolve(id: string, how: 'retry' | 'rollback' | 'fail'): Promise<Answer<undefined>> {
    const answer = await client('POST', `${base}/${id}/${how}`);
    if (answer.kind !== 'ok') return answer;
    const { status } = answer.value;
    const done = (status >= 200 && status < 300) || status === 409;
    return done ? { kind: 'ok', value: undefined } : refusalOf(answer.value, `${how} of operation ${id}`);
  }
  return { read, find, resolve };
}

/** Undefined when anything in it is not an operation: then the one that is looked for might be overlooked. */
function parseList(body: unknown): readonly Operation[] | undefined {
  if (!Array.isArray(body)) return undefined;
  const operations = body.map(parseOperation);
  return operations.every((each) => each !== undefined) ? operations : undefined;
}

/** The next page, at the server that we trust with our token, whatever host the link names. */
function nextPage(base: string, next: string | undefined): string | undefined {
  if (next === undefined || !URL.canParse(next, base)) return undefined;
  const { pathname, search } = new URL(next, base);
  return new URL(base).origin + pathname + search;
}
