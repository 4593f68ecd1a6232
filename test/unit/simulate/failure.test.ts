/** What can be asked about. */
import test from 'ava';
import { loadVnf } from '../../../src/model/load.ts';
import { Failure } from '../../../src/process/failure.ts';
import { keepsQuorum } from '../../../src/simulate/beginning.ts';
import { everyFault, everyPair, faultText, readFault } from '../../../src/simulate/failure.ts';

const sipcore = await loadVnf('examples/sipcore.yaml');

test('every node, instance and HAProxy of the description, by a name that is read again', (t) => {
  const all = everyFault(sipcore);
  t.deepEqual(all.map(faultText), [
    ...['node:node1', 'node:node2', 'node:node3'],
    ...['vnfc:registrar/node1', 'vnfc:registrar/node2', 'vnfc:registrar/node3'],
    ...['vnfc:web/node1', 'vnfc:web/node2', 'vnfc:web/node3'],
    ...['lb:node1', 'lb:node2'],
  ]);
  t.deepEqual(all.map((fault) => readFault(faultText(fault), sipcore)), all); // prettier-ignore
});

test('what is none is said, with what was meant', (t) => {
  const cureOf = (text: string) => t.throws(() => readFault(text, sipcore), { instanceOf: Failure })?.cure;
  t.is(cureOf('vnfc:wep/node1'), "Did you mean 'vnfc:web/node1'?");
  t.regex(
    cureOf('everything')!,
    /Write node:NODE, guest:GUEST, vnfc:VNFC\/NODE, vnfc:VNFC\/VM or lb:NODE, as node:node1,/,
  );
});

test('two at once: each pair once, and nothing that goes with its node anyway', (t) => {
  const pairs = everyPair(everyFault(sipcore)).map((pair) => pair.map(faultText).join(' + '));
  t.is(new Set(pairs).size, pairs.length);
  t.true(pairs.includes('node:node1 + vnfc:web/node2'));
  t.false(pairs.includes('node:node1 + vnfc:web/node1'));
  t.is(pairs.length, (11 * 10) / 2 - 8);
});

test('quorum: more than half of the votes; of two nodes, one', async (t) => {
  const fail = (...nodes: string[]) => nodes.map((node) => ({ kind: 'node', node }) as const);
  t.true(keepsQuorum(sipcore, fail('node1')));
  t.false(keepsQuorum(sipcore, fail('node1', 'node2')));
  t.true(keepsQuorum(await loadVnf('examples/two-node.yaml'), fail('hss-a')));
});

test('a VM fails wherever it runs', async (t) => {
  const vms = await loadVnf('examples/vms.yaml');
  t.deepEqual(readFault('vnfc:web/web1', vms), { kind: 'vm', vnfc: 'web', vm: 'web1' });
  t.deepEqual(everyFault(vms).map(faultText), ['node:node1', 'node:node2', 'node:node3', 'vnfc:web/web1', 'vnfc:web/web2', 'lb:node1', 'lb:node2']); // prettier-ignore
  t.is(everyPair(everyFault(vms)).length, 21 - 2, 'but what fails along with its node');
});

test('a guest fails wherever its VM runs, and what is in it along with it', async (t) => {
  const guests = await loadVnf('examples/guest-nodes.yaml');
  t.deepEqual(readFault('guest:vm1', guests), { kind: 'guest', guest: 'vm1' });
  const all = everyFault(guests);
  t.deepEqual(all.map(faultText).slice(3), ['guest:vm1', 'guest:vm2', 'vnfc:registrar/vm1', 'vnfc:registrar/vm2']);
  const pairs = everyPair(all).map((pair) => pair.map(faultText).join(' + '));
  t.false(pairs.includes('guest:vm1 + vnfc:registrar/vm1'));
  t.is(pairs.length, 21 - 2);
});
