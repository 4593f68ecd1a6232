import test from 'ava';
import { decodeBridgeMessage } from '../../../src/model/decode-wire.ts';
import type { BridgeMessage } from '../../../src/model/wire.ts';

const alert = {
  resource: {
    kind: 'resource',
    node: 'n1',
    happened: 1_700_000_000_123.456,
    resource: 'ims-web',
    task: 'monitor',
    intervalMs: 2000,
    rc: 7,
    targetRc: 0,
    description: 'not running',
  },
  node: { kind: 'node', node: 'n1', description: 'lost' },
  fencing: { kind: 'fencing', node: 'n1', task: 'reboot', rc: 0, description: '' },
  attribute: { kind: 'attribute', node: 'n1', name: 'master-x', value: '' },
} as const;
const messages: readonly BridgeMessage[] = [
  { v: 1, type: 'bridge', node: 'n1' },
  { v: 1, type: 'exclude', id: 'a', backend: 'b', server: 's', at: 16, until: 17 },
  { v: 1, type: 'readmit', id: 'a', backend: 'b', server: 's', at: 16, until: 17 },
  { v: 1, type: 'ack', id: 'a', node: 'n1' },
  { v: 1, type: 'supervisor', node: 'n1' },
  ...(['died', 'hung', 'well'] as const).map((word): BridgeMessage => ({
    v: 1,
    type: 'instance',
    node: 'n1',
    resource: 'r',
    word,
    at: 16,
    what: 'why',
  })),
  { v: 1, type: 'ack', id: 'a', node: 'n1', error: 'why' },
  ...Object.values(alert).map((each): BridgeMessage => ({ v: 1, type: 'alert', alert: each })),
];

for (const message of messages) {
  const title = message.type === 'alert' ? `alert of a ${message.alert.kind}` : JSON.stringify(message);
  test(`every field of: ${title}`, (t) => {
    t.deepEqual(decodeBridgeMessage(Buffer.from(JSON.stringify(message))), message);
    t.deepEqual(decodeBridgeMessage(JSON.stringify({ ...message, unknown: 1 })), message, 'others are dropped');
    for (const field of Object.keys(message)) {
      const without: Record<string, unknown> = { ...message };
      delete without[field];
      if (field === 'error') continue;
      t.is(decodeBridgeMessage(JSON.stringify(without)), undefined, `without ${field}`);
      t.is(decodeBridgeMessage(JSON.stringify({ ...message, [field]: [] })), undefined, `with a wrong ${field}`);
    }
    if (message.type !== 'alert') return;
    for (const field of Object.keys(message.alert)) {
      const wrong = { ...message, alert: { ...message.alert, [field]: null } };
      t.is(decodeBridgeMessage(JSON.stringify(wrong)), undefined, `alert with a wrong ${field}`);
    }
  });
}

for (const text of [
  '',
  '{',
  'null',
  '[]',
  '7',
  '"x"',
  '{}',
  '{"v":2,"type":"bridge","node":"n1"}',
  '{"v":1,"type":"x"}',
]) {
  test(`not a message: ${text}`, (t) => {
    t.is(decodeBridgeMessage(text), undefined);
  });
}

test('a request may name the VNF whose bridges are asked', (t) => {
  const asked = { v: 1, type: 'exclude', id: 'a', vnf: 'im', backend: 'b', server: 's', at: 16, until: 17 };
  t.deepEqual(decodeBridgeMessage(JSON.stringify(asked)), asked as BridgeMessage);
  for (const vnf of ['', 7, null, {}]) t.is(decodeBridgeMessage(JSON.stringify({ ...asked, vnf })), undefined);
});
