/** The webhook adapter against a receiver of a few lines. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import test, { type ExecutionContext } from 'ava';
import { defaultHealRules } from '../../../src/model/heals.ts';
import type { Vnf, Vnfm } from '../../../src/model/vnf.ts';
import { createWebhookAdapter } from '../../../src/vnfm/webhook-adapter.ts';

type Said = { readonly status: number; readonly headers?: Record<string, string>; readonly body?: unknown } | 'drop';
interface Heard {
  readonly line: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

async function receiver(t: ExecutionContext, answers: Said[]) {
  const heard: Heard[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const { method, url, headers } = request;
      heard.push({ line: `${method} ${url}`, headers, body: body === '' ? undefined : JSON.parse(body) });
      const answer = answers.shift() ?? { status: 599 };
      if (answer === 'drop') return void request.socket.destroy();
      response.writeHead(answer.status, answer.headers).end(JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  t.teardown(() => server.closeAllConnections());
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const url = `${origin}/hooks/heal?site=1`;
  const plain = { ca: undefined, auth: undefined, heals: defaultHealRules } as const;
  const vnfm: Vnfm = { ...plain, type: 'webhook', url, alarms: `${origin}/hooks/alarm` };
  const adapter = await createWebhookAdapter({ name: 'sip', instanceId: undefined } as Vnf, vnfm);
  t.teardown(() => adapter.close());
  return { adapter, heard };
}

const asked = {
  key: 'vnfha:sip-web-node3-1#2',
  cause: 'vnfha:sip-web-node3-1#2 web on node3 failed',
  vnfc: 'web',
  node: 'node3',
  vnfcInstanceId: 'WEB-1',
};

test('a heal: what is posted, and the same key when it is posted again', async (t) => {
  const { adapter, heard } = await receiver(t, ['drop', { status: 204 }]);
  t.is((await adapter.heal(asked)).kind, 'retry');
  t.deepEqual(await adapter.find('vnfha:sip-web-node3-1#', []), { kind: 'ok', value: undefined });
  t.deepEqual(await adapter.heal(asked), { kind: 'ok', value: 'done' });
  for (const { line, headers, body } of heard) {
    t.is(line, 'POST /hooks/heal?site=1');
    t.is(headers['idempotency-key'], '"vnfha:sip-web-node3-1#2"');
    t.deepEqual(body, {
      type: 'heal',
      vnf: 'sip',
      vnfc: 'web',
      node: 'node3',
      vnfcInstanceId: 'WEB-1',
      cause: asked.cause,
    });
  }
  t.like(await adapter.operation('done'), { kind: 'ok', value: { state: 'COMPLETED' } });
  t.is(heard.length, 2, 'who healed before it answered is asked nothing more');
});

test('a heal that takes longer is asked after where its Location says', async (t) => {
  const { adapter, heard } = await receiver(t, [
    { status: 202, headers: { location: '/jobs/17' } },
    { status: 200, body: { state: 'PROCESSING' } },
    { status: 200, body: { state: 'FAILED', detail: 'no host' } },
    { status: 200, body: { state: 'perhaps' } },
    { status: 404 },
  ]);
  t.deepEqual(await adapter.heal(asked), { kind: 'ok', value: '/jobs/17' });
  t.like(await adapter.operation('/jobs/17'), { kind: 'ok', value: { state: 'PROCESSING' } });
  t.like(await adapter.operation('/jobs/17'), { kind: 'ok', value: { state: 'FAILED', detail: 'no host' } });
  t.is((await adapter.operation('/jobs/17')).kind, 'retry');
  t.like(await adapter.operation('/jobs/17'), { kind: 'refused', status: 404 });
  t.is(heard[1]!.line, 'GET /jobs/17');
});

test('a Location at somebody else’s is not followed; refusals are what they are elsewhere', async (t) => {
  const { adapter } = await receiver(t, [
    { status: 202, headers: { location: 'http://192.0.2.1/jobs/17' } },
    { status: 202 },
    { status: 409 },
    { status: 403 },
  ]);
  const kinds = [];
  for (let n = 0; n < 4; n += 1) kinds.push((await adapter.heal(asked)).kind);
  t.deepEqual(kinds, ['retry', 'retry', 'busy', 'refused']);
});

test('the query of a Location is part of it', async (t) => {
  const { adapter, heard } = await receiver(t, [
    { status: 202, headers: { location: '/jobs?id=17' } },
    { status: 200, body: { state: 'COMPLETED' } },
  ]);
  t.deepEqual(await adapter.heal(asked), { kind: 'ok', value: '/jobs?id=17' });
  t.like(await adapter.operation('/jobs?id=17'), { kind: 'ok', value: { state: 'COMPLETED' } });
  t.is(heard[1]!.line, 'GET /jobs?id=17');
});

test('a path that looks like another host is asked for at the webhook’s own', async (t) => {
  const { adapter, heard } = await receiver(t, [
    { status: 202, headers: { location: '/.//192.0.2.1/jobs/17' } },
    { status: 200, body: { state: 'COMPLETED' } },
  ]);
  const accepted = await adapter.heal(asked);
  t.deepEqual(accepted, { kind: 'ok', value: '//192.0.2.1/jobs/17' });
  t.like(await adapter.operation('//192.0.2.1/jobs/17'), { kind: 'ok', value: { state: 'COMPLETED' } });
  t.is(heard[1]!.line, 'GET //192.0.2.1/jobs/17');
});

test('alarms: raised and cleared', async (t) => {
  const { adapter, heard } = await receiver(t, [{ status: 200 }, { status: 204 }]);
  const alarm = { id: 'i1', vnfc: 'web', node: 'node3', severity: 'MAJOR', reason: 'failed', raisedAt: 1 } as const;
  t.is((await adapter.raiseAlarm({ ...alarm, vnfcInstanceId: undefined })).kind, 'ok');
  t.is((await adapter.clearAlarm({ id: 'i1', clearedAt: 2 })).kind, 'ok');
  t.deepEqual(
    heard.map(({ body, headers }) => [(body as { type: string }).type, headers['idempotency-key']]),
    [
      ['alarm-raised', '"i1-raised"'],
      ['alarm-cleared', '"i1-cleared"'],
    ],
  );
});
