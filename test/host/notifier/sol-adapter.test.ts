/** The adapter against a server that says what the test wants; all over loopback. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { defaultHealRules } from '../../../src/model/heals.ts';
import type { Vnf, Vnfm } from '../../../src/model/vnf.ts';
import { Failure } from '../../../src/process/failure.ts';
import { createSolAdapter } from '../../../src/vnfm/sol-adapter.ts';

const heal = { key: 'key', cause: 'why', vnfc: 'web', node: 'node3' } as const;

interface Said {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}
interface Heard {
  readonly line: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Answers as `answers` says, one after the other; keeps what it heard. */
async function vnfmSaying(
  t: ExecutionContext,
  answers: (Said | 'drop')[],
  auth = false,
  alarms?: string,
  loadBalancer?: Vnf['loadBalancer'],
) {
  const heard: Heard[] = [];
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      heard.push({
        line: `${request.method} ${request.url}`,
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      });
      const answer = answers.shift() ?? { status: 599 };
      if (answer === 'drop') return void request.socket.destroy();
      response.writeHead(answer.status, answer.headers);
      response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body) || '');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.closeAllConnections());
  t.teardown(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const directory = mkdtempSync(path.join(tmpdir(), 'vnfha-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const clientSecretFile = path.join(directory, 'secret');
  writeFileSync(clientSecretFile, 's:ecret\n', { mode: 0o600 });
  const vnfm: Vnfm = {
    type: 'sol',
    url,
    alarms: alarms ?? `${url}/alarms`,
    ca: undefined,
    auth: auth ? { tokenUrl: `${url}/token`, clientId: 'vnfha', clientSecretFile } : undefined,
    heals: defaultHealRules,
  };
  const adapter = await createSolAdapter({ instanceId: 'vnf-1', vnfm, loadBalancer } as Vnf, vnfm);
  t.teardown(() => adapter.close());
  return { adapter, heard, url };
}

const token = (name: string): Said => ({
  status: 200,
  body: { access_token: name, token_type: 'Bearer', expires_in: 3600 },
});
const occurrence = (id: string, cause?: string) => ({
  id,
  operationState: 'PROCESSING',
  ...(cause === undefined ? {} : { operationParams: { cause } }),
});

test('heal: what is sent, and the operation that comes back', async (t) => {
  const headers = { location: 'http://elsewhere/vnflcm/v2/vnf_lcm_op_occs/op-1' };
  const { adapter, heard } = await vnfmSaying(t, [{ status: 202, headers }]);
  t.deepEqual(await adapter.heal({ ...heal, vnfcInstanceId: 'WEB-1' }), {
    kind: 'ok',
    value: 'op-1',
  });
  t.is(heard[0]!.line, 'POST /vnflcm/v2/vnf_instances/vnf-1/heal');
  t.is(heard[0]!.headers.version, '2.0.0');
  t.deepEqual(JSON.parse(heard[0]!.body), {
    cause: 'why',
    additionalParams: { all: false },
    vnfcInstanceId: ['WEB-1'],
  });
});

for (const [status, kind] of [
  [400, 'refused'],
  [403, 'refused'],
  [404, 'refused'],
  [406, 'refused'],
  [307, 'refused'],
  [409, 'busy'],
  [401, 'retry'],
  [429, 'retry'],
  [500, 'retry'],
  [503, 'retry'],
  [200, 'retry'],
  [202, 'retry'], // without a Location
] as const) {
  test(`heal: ${status} is '${kind}', and its ProblemDetails are told`, async (t) => {
    const { adapter } = await vnfmSaying(t, [{ status, body: { title: 'Sorry', detail: 'for a reason' } }]);
    const answer = await adapter.heal({ ...heal, vnfcInstanceId: undefined });
    t.is(answer.kind, kind);
    if (answer.kind !== 'ok' && status !== 202) t.regex(answer.detail, /Sorry: for a reason/);
  });
}

test('Retry-After is heeded', async (t) => {
  const { adapter } = await vnfmSaying(t, [{ status: 503, headers: { 'retry-after': '7' } }]);
  const answer = await adapter.heal({ ...heal, vnfcInstanceId: undefined });
  t.is(answer.kind === 'retry' && answer.afterMs, 7000);
});

for (const [status, kind] of [
  [202, 'ok'],
  [200, 'ok'],
  [409, 'ok'], // it isn't in FAILED_TEMP any more
  [404, 'refused'], // it has no such task
  [503, 'retry'],
] as const) {
  test(`an operation in FAILED_TEMP is told to go on: ${status} is '${kind}'`, async (t) => {
    const { adapter, heard } = await vnfmSaying(t, [{ status }]);
    t.is((await adapter.resolve('op-1', 'rollback')).kind, kind);
    t.is(heard[0]!.line, 'POST /vnflcm/v2/vnf_lcm_op_occs/op-1/rollback');
  });
}

const managing = { manages: [{}] } as unknown as Vnf['loadBalancer'];
const completed = { status: 200, body: { id: 'op-1', operationState: 'COMPLETED' } };
const cpProtocolInfo = [{ ipOverEthernet: { ipAddresses: [{ addresses: ['192.0.2.7'] }] } }];
const vnfInstance = { status: 200, body: { id: 'vnf-1', instantiatedVnfInfo: { vnfcResourceInfo: [{ id: 'M-1', vnfcCpInfo: [{ cpProtocolInfo }] }] } } }; // prettier-ignore

test('an operation that is over: where its VNFCs are, if a load balancer manages some', async (t) => {
  const { adapter, heard } = await vnfmSaying(t, [completed, vnfInstance], false, undefined, managing);
  const answer = await adapter.operation('op-1');
  t.deepEqual(answer.kind === 'ok' && [...answer.value.addresses!], [['M-1', ['192.0.2.7']]]);
  t.is(heard[1]!.line, 'GET /vnflcm/v2/vnf_instances/vnf-1');

  const others = await vnfmSaying(t, [completed, vnfInstance]);
  t.is((await others.adapter.operation('op-1')).kind, 'ok');
  t.is(others.heard.length, 1, 'nobody needs to know');
});

test('a VNFM that does not tell holds up no heal; one that is away is asked again', async (t) => {
  for (const said of [{ status: 404 }, { status: 500 }, { status: 200, body: '<html>' }]) {
    const { adapter } = await vnfmSaying(t, [completed, said], false, undefined, managing);
    const answer = await adapter.operation('op-1');
    t.true(answer.kind === 'ok' && answer.value.state === 'COMPLETED' && answer.value.addresses === undefined);
  }
  const { adapter } = await vnfmSaying(t, [completed, 'drop'], false, undefined, managing);
  t.is((await adapter.operation('op-1')).kind, 'retry');
});

test('nobody there, a dropped connection: retry, with the reason', async (t) => {
  const { adapter } = await vnfmSaying(t, ['drop']);
  const dropped = await adapter.operation('op-1');
  t.is(dropped.kind, 'retry');
  const vnfm: Vnfm = {
    type: 'sol',
    url: 'http://127.0.0.1:1',
    alarms: undefined,
    ca: undefined,
    auth: undefined,
    heals: defaultHealRules,
  };
  const away = await (await createSolAdapter({ instanceId: 'v' } as Vnf, vnfm)).operation('op-1');
  t.is(away.kind, 'retry');
  t.regex(away.kind === 'retry' ? away.detail : '', /ECONNREFUSED/);
});

for (const body of ['', '<html>', '7', 'null', '{}', '[1]', '[{"id":"a"}]', '{"id":"a","operationState":"?"}']) {
  test(`a malformed answer is tried again: ${body}`, async (t) => {
    const { adapter } = await vnfmSaying(t, [
      { status: 200, body },
      { status: 200, body },
    ]);
    t.is((await adapter.operation('a')).kind, 'retry');
    t.is((await adapter.find('x', [])).kind, 'retry');
  });
}

test('find: by its mark, among all pages, known ones left out, the rest read one by one', async (t) => {
  const link = '<http://inside:8080/vnflcm/v2/vnf_lcm_op_occs?nextpage_opaque_marker=2>; rel="next"';
  const { adapter, heard } = await vnfmSaying(t, [
    { status: 200, headers: { link }, body: [occurrence('op-0', 'mark:a#1 …'), occurrence('op-1', 'mark:ab#1 …')] },
    { status: 200, body: [occurrence('op-2'), occurrence('op-3')] },
    { status: 200, body: occurrence('op-2', 'by hand') },
    { status: 200, body: occurrence('op-3', 'mark:a#2 …') },
  ]);
  t.deepEqual(await adapter.find('mark:a#', ['op-0']), { kind: 'ok', value: 'op-3' });
  t.deepEqual(
    heard.map(({ line }) => decodeURIComponent(line)),
    [
      'GET /vnflcm/v2/vnf_lcm_op_occs?all_fields&filter=(eq,operation,HEAL);(eq,vnfInstanceId,vnf-1)',
      'GET /vnflcm/v2/vnf_lcm_op_occs?nextpage_opaque_marker=2',
      'GET /vnflcm/v2/vnf_lcm_op_occs/op-2',
      'GET /vnflcm/v2/vnf_lcm_op_occs/op-3',
    ],
  );
});

test('find: none', async (t) => {
  const { adapter } = await vnfmSaying(t, [{ status: 200, body: [occurrence('op-1', 'by hand')] }]);
  t.deepEqual(await adapter.find('mark', []), { kind: 'ok', value: undefined });
});

test('a token is fetched with Basic, kept, and fetched anew once after a 401', async (t) => {
  const { adapter, heard } = await vnfmSaying(
    t,
    [
      token('one'),
      { status: 200, body: occurrence('a') },
      { status: 200, body: occurrence('a') },
      { status: 401 },
      token('two'),
      { status: 401, body: { title: 'who are you' } },
    ],
    true,
  );
  t.is((await adapter.operation('a')).kind, 'ok');
  t.is((await adapter.operation('a')).kind, 'ok');
  t.is((await adapter.operation('a')).kind, 'retry');
  t.deepEqual(
    heard.map(({ headers }) => headers.authorization),
    [
      `Basic ${Buffer.from('vnfha:s%3Aecret').toString('base64')}`,
      'Bearer one',
      'Bearer one',
      'Bearer one',
      heard[0]!.headers.authorization!,
      'Bearer two',
    ],
  );
  t.is(heard[0]!.body, 'grant_type=client_credentials');
});

for (const [why, said] of Object.entries<Said>({
  'wrong credentials': { status: 401, body: { error: 'invalid_client', secret: 'never told' } },
  'no JSON': { status: 200, body: 'never told' },
  'no token': { status: 200, body: { token: 'never told' } },
  'a token with a line break': { status: 200, body: { access_token: 'never told\r\nX: y' } },
  'another kind of token': { status: 200, body: { access_token: 'x', token_type: 'mac' } },
})) {
  test(`no token: ${why}`, async (t) => {
    const { adapter, heard } = await vnfmSaying(t, [said], true);
    const answer = await adapter.heal({ ...heal, vnfcInstanceId: undefined });
    t.is(answer.kind, 'retry');
    t.notRegex(answer.kind === 'retry' ? answer.detail : '', /never told|ecret/);
    t.is(heard.length, 1);
  });
}

test('alarms: raised and cleared', async (t) => {
  const { adapter, heard } = await vnfmSaying(t, [{ status: 204 }, { status: 200 }]);
  const alarm = {
    id: 'i-1',
    vnfc: 'web',
    node: 'n3',
    vnfcInstanceId: 'WEB-1',
    severity: 'MAJOR',
    reason: 'failed',
    raisedAt: 0,
  } as const;
  t.is((await adapter.raiseAlarm(alarm)).kind, 'ok');
  t.is((await adapter.clearAlarm({ id: 'i-1', clearedAt: 1000 })).kind, 'ok');
  const [raised, cleared] = heard.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
  t.like(raised, { id: 'i-1-raised', notificationType: 'AlarmNotification', timeStamp: '1970-01-01T00:00:00.000Z' });
  t.like(raised!.alarm, {
    id: 'i-1',
    managedObjectId: 'vnf-1',
    vnfcInstanceIds: ['WEB-1'],
    perceivedSeverity: 'MAJOR',
  });
  t.like(cleared, {
    notificationType: 'AlarmClearedNotification',
    alarmId: 'i-1',
    alarmClearedTime: '1970-01-01T00:00:01.000Z',
  });
});

test('the token is for the VNFM: alarms to its own origin carry it, to any other they do not', async (t) => {
  const alarm = { id: 'i-1', clearedAt: 0 } as const;
  const own = await vnfmSaying(t, [token('one'), { status: 204 }], true);
  t.is((await own.adapter.clearAlarm(alarm)).kind, 'ok');
  t.is(own.heard[1]!.headers.authorization, 'Bearer one');

  const other = await vnfmSaying(t, [{ status: 204 }, { status: 401 }]);
  const { adapter, heard } = await vnfmSaying(t, [token('one')], true, `${other.url}/alarms`);
  t.is((await adapter.clearAlarm(alarm)).kind, 'ok');
  t.is((await adapter.clearAlarm(alarm)).kind, 'retry');
  t.deepEqual(
    other.heard.map(({ line, headers }) => [line, headers.authorization]),
    [
      ['POST /alarms', undefined],
      ['POST /alarms', undefined],
    ],
  );
  t.deepEqual(heard, [], 'no token is fetched for it');
});

test('what the operator must correct is said at the start', async (t) => {
  const directory = mkdtempSync(path.join(tmpdir(), 'vnfha-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const file = path.join(directory, 'secret');
  const withSecret = (clientSecretFile: string): Vnfm => ({
    type: 'sol',
    url: 'http://127.0.0.1:1',
    alarms: undefined,
    ca: undefined,
    heals: defaultHealRules,
    auth: { tokenUrl: 'http://127.0.0.1:1', clientId: 'c', clientSecretFile },
  });
  const failureOf = async (vnfm: Vnfm, instanceId: string | undefined = 'v') => {
    const error = await t.throwsAsync(createSolAdapter({ instanceId } as Vnf, vnfm));
    return error instanceof Failure ? error.kind : 'no Failure';
  };
  t.is(await failureOf(withSecret(file)), 'missing');
  writeFileSync(file, 'x', { mode: 0o644 });
  t.is(await failureOf(withSecret(file)), 'permission');
  writeFileSync(path.join(directory, 'empty'), '\n', { mode: 0o600 });
  t.is(await failureOf(withSecret(path.join(directory, 'empty'))), 'input');
  t.is(await failureOf({ ...withSecret(file), auth: undefined, ca: path.join(directory, 'ca') }), 'missing');
  const error = await t.throwsAsync(
    createSolAdapter({ instanceId: undefined } as Vnf, { ...withSecret(file), auth: undefined }),
  );
  t.regex(error.message, /no vnf\.instanceId/);
});
