/**
 * What the simulated VNFM answers to which request.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Fault, type FaultPoint, parseFaults } from './faults.ts';
import { occurrenceBody, parseFilter } from './occurrence-body.ts';
import type { HealParams, Occurrence, Operations } from './operations.ts';
import type { Vnfm } from './simulator.ts';

export type Body = Readonly<Record<string, unknown>>;

interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Asked {
  readonly url: URL;
  readonly base: string;
  readonly authorization: string | undefined;
  readonly body: string;
  /** Idempotency-Key */
  readonly key: string | undefined;
  /** The groups of the path's pattern. */
  readonly parts: readonly string[];
  readonly fault: Fault;
}

interface Route {
  readonly method: string;
  readonly path: RegExp;
  readonly point?: FaultPoint;
  /** Needs the token, and SOL003's Version header. */
  readonly sol?: true;
  readonly answer: (vnfm: Vnfm, asked: Asked) => Answer;
}

const occs = '/vnflcm/v2/vnf_lcm_op_occs';
const routes: readonly Route[] = [
  { method: 'POST', path: /^\/token$/, point: 'token', answer: giveToken },
  { method: 'POST', path: /^\/vnflcm\/v2\/vnf_instances\/([^/]+)\/heal$/, point: 'heal', sol: true, answer: heal },
  {
    method: 'GET',
    path: /^\/vnflcm\/v2\/vnf_instances\/([^/]+)$/,
    point: 'instances',
    sol: true,
    answer: readInstance,
  },
  { method: 'GET', path: new RegExp(`^${occs}$`), point: 'occs', sol: true, answer: listOperations },
  { method: 'GET', path: new RegExp(`^${occs}/([^/]+)$`), point: 'occs', sol: true, answer: readOperation },
  { method: 'POST', path: new RegExp(`^${occs}/([^/]+)/(retry|fail|rollback)$`), sol: true, answer: commandOperation },
  { method: 'POST', path: /^\/webhook$/, point: 'heal', answer: takeWebhook },
  { method: 'GET', path: /^\/webhook\/([^/]+)$/, point: 'occs', answer: readWebhook },
  { method: 'POST', path: /^\/alarms$/, point: 'alarms', sol: true, answer: takeAlarm },
  { method: 'GET', path: /^\/alarms$/, answer: ({ alarms }) => ({ status: 200, body: alarms.standing }) },
  { method: 'GET', path: /^\/sim\/alarms$/, answer: ({ alarms }) => ({ status: 200, body: alarms.notifications }) },
  { method: 'GET', path: /^\/sim\/heals$/, answer: ({ operations }) => ({ status: 200, body: operations.heals }) },
  { method: 'GET', path: /^\/sim\/faults$/, answer: ({ faults }) => ({ status: 200, body: faults.queued }) },
  { method: 'POST', path: /^\/sim\/faults$/, answer: addFaults },
  { method: 'DELETE', path: /^\/sim\/faults$/, answer: ({ faults }) => (faults.clear(), { status: 204 }) },
  { method: 'POST', path: /^\/sim\/expire-tokens$/, answer: ({ tokens }) => (tokens.expireAll(), { status: 204 }) },
];

/** Answers one request, or does what a fault wants instead. */
export async function answerRequest(vnfm: Vnfm, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { log } = vnfm.options;
  try {
    const base = `${vnfm.options.tls === undefined ? 'http' : 'https'}://${request.headers.host ?? 'localhost'}`;
    const url = new URL(request.url ?? '/', base);
    const body = await text(request);
    const route = routes.find((each) => each.method === request.method && each.path.test(url.pathname));
    const fault = route?.point === undefined ? {} : vnfm.faults.next(route.point);
    if (fault.drop) return void request.socket.destroy();
    const parts = route?.path.exec(url.pathname)?.slice(1) ?? [];
    const { authorization } = request.headers;
    const key = [request.headers['idempotency-key']].flat()[0];
    const asked: Asked = { url, base, authorization, key, body, parts, fault };
    const answer = answerTo(vnfm, route, asked, request.headers.version);
    if (!url.pathname.startsWith('/sim/'))
      log.info('request', { method: request.method, path: url.pathname, status: answer.status });
    if (fault.delay !== undefined) await sleep(fault.delay);
    if (fault.lose) return void request.socket.destroy();
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
    response.end(fault.garbage ? '<html>{"' : answer.body === undefined ? '' : JSON.stringify(answer.body));
  } catch (error) {
    log.warn('request-broken', { error: String(error) });
    request.socket.destroy();
  }
}

function answerTo(vnfm: Vnfm, route: Route | undefined, asked: Asked, version: string | string[] | undefined): Answer {
  const { fault } = asked;
  if (route === undefined) return problem(404, `no such resource: ${asked.url.pathname}`);
  if (fault.status !== undefined) {
    const headers = fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) };
    return { ...problem(fault.status, fault.detail ?? 'a fault that was asked for'), headers };
  }
  if (route.sol) {
    if (!vnfm.tokens.accepts(asked.authorization)) return problem(401, 'no valid token');
    if (!asked.url.pathname.startsWith('/alarms') && version !== '2.0.0')
      return problem(406, `Version is ${String(version)}, not 2.0.0`);
  }
  return route.answer(vnfm, asked);
}

const problem = (status: number, detail: string): Answer => ({
  status,
  body: { title: `error ${status}`, status, detail },
});

function giveToken({ tokens }: Vnfm, { authorization, body, fault }: Asked): Answer {
  if (new URLSearchParams(body).get('grant_type') !== 'client_credentials') {
    return { status: 400, body: { error: 'unsupported_grant_type' } };
  }
  const expiresIn = fault.expiresIn ?? 3600;
  const issued = tokens.issue(authorization, expiresIn);
  if (issued === undefined) return { status: 401, body: { error: 'invalid_client' } };
  return { status: 200, body: { access_token: issued.token, token_type: 'Bearer', expires_in: expiresIn } };
}

function heal({ options, operations }: Vnfm, { base, body, parts }: Asked): Answer {
  const instance = decodeURIComponent(parts[0]!);
  if (options.instances.length > 0 && !options.instances.includes(instance))
    return problem(404, `no VNF instance ${instance}`);
  const params = parseObject(body);
  const wrong = params === undefined ? 'the body is not an object' : wrongParams(params);
  if (wrong !== undefined) return problem(400, wrong);
  const gone = (params as HealParams).vnfcInstanceId?.find((vnfc) => operations.isReplaced(vnfc));
  if (gone !== undefined) return problem(400, `no VNFC ${gone}`);
  const current = operations.current(instance);
  if (current !== undefined) return problem(409, `operation ${current.id} is ${current.state}`);
  const { id } = operations.heal(instance, params as HealParams);
  return { status: 202, headers: { location: `${base}${occs}/${id}` } };
}

function readInstance({ options, operations }: Vnfm, { parts }: Asked): Answer {
  const id = decodeURIComponent(parts[0]!);
  if (options.instances.length > 0 && !options.instances.includes(id)) return problem(404, `no VNF instance ${id}`);
  const instantiatedVnfInfo = { flavourId: 'default', vnfState: 'STARTED', vnfcResourceInfo: operations.resources };
  return { status: 200, body: { id, instantiationState: 'INSTANTIATED', instantiatedVnfInfo } };
}

function wrongParams({ cause, vnfcInstanceId }: Body): string | undefined {
  if (cause !== undefined && (typeof cause !== 'string' || cause.length > 255))
    return 'cause is not a string of at most 255';
  if (vnfcInstanceId === undefined) return undefined;
  const good = Array.isArray(vnfcInstanceId) && vnfcInstanceId.every((each) => typeof each === 'string');
  return good ? undefined : 'vnfcInstanceId is not a list of strings';
}

function listOperations({ operations }: Vnfm, { base, url }: Asked): Answer {
  const test = url.searchParams.has('filter') ? parseFilter(url.searchParams.get('filter')!) : () => true;
  if (test === undefined) return problem(400, 'the filter can’t be read');
  const all = url.searchParams.has('all_fields');
  const bodyOf = (each: Occurrence) => occurrenceBody(each, base, all ? whole(operations, each) : undefined);
  return { status: 200, body: operations.all.map(bodyOf).filter(test) };
}

function readOperation({ operations }: Vnfm, { base, parts }: Asked): Answer {
  const occurrence = operations.get(parts[0]!);
  if (occurrence === undefined) return problem(404, `no operation ${parts[0]}`);
  return { status: 200, body: occurrenceBody(occurrence, base, whole(operations, occurrence)) };
}

const whole = (operations: Operations, occurrence: Occurrence) => ({ affected: operations.affected(occurrence) });

function commandOperation({ operations }: Vnfm, { base, parts }: Asked): Answer {
  const occurrence = operations.get(parts[0]!);
  if (occurrence === undefined) return problem(404, `no operation ${parts[0]}`);
  const done = operations.command(occurrence, parts[1] as 'retry' | 'fail' | 'rollback');
  if (done && parts[1] === 'fail')
    return { status: 200, body: occurrenceBody(occurrence, base, whole(operations, occurrence)) };
  return done ? { status: 202 } : problem(409, `the operation is ${occurrence.state}, not FAILED_TEMP`);
}

/** A heal as our webhook posts it (docs/notifier.md), once for each key. */
function takeWebhook({ operations, tokens }: Vnfm, { authorization, key, body }: Asked): Answer {
  if (!tokens.accepts(authorization)) return problem(401, 'no valid token');
  const { type, vnf, cause, vnfcInstanceId } = parseObject(body) ?? {};
  if (type !== 'heal' || typeof vnf !== 'string' || typeof cause !== 'string' || key === undefined)
    return problem(400, 'this is no heal with an Idempotency-Key');
  const instances = typeof vnfcInstanceId === 'string' ? { vnfcInstanceId: [vnfcInstanceId] } : {};
  const known = operations.all.find(({ params }) => `"${params.cause?.split(' ', 1)[0]}"` === key);
  const { id } = known ?? operations.heal(vnf, { cause, ...instances });
  return { status: 202, headers: { location: `/webhook/${id}` } };
}

function readWebhook({ operations, tokens }: Vnfm, { authorization, parts }: Asked): Answer {
  if (!tokens.accepts(authorization)) return problem(401, 'no valid token');
  const operation = operations.get(parts[0]!);
  if (operation === undefined) return problem(404, `no operation ${parts[0]}`);
  const { state, error } = operation;
  const over = state === 'COMPLETED' ? state : state.startsWith('FAILED') ? 'FAILED' : 'PROCESSING';
  return { status: 200, body: { state: over, detail: error } };
}

function takeAlarm({ alarms, options }: Vnfm, { body }: Asked): Answer {
  const notification = parseObject(body);
  if (notification === undefined || !alarms.take(notification)) return problem(400, 'this is no alarm notification');
  options.log.info('alarm', notification);
  return { status: 204 };
}

function addFaults({ faults }: Vnfm, { body }: Asked): Answer {
  const request = parseFaults(parseObject(body));
  if (typeof request === 'string') return problem(400, request);
  faults.add(request);
  return { status: 204 };
}

function parseObject(body: string): Body | undefined {
  try {
    const value = JSON.parse(body) as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Body) : undefined;
  } catch {
    return undefined;
  }
}
