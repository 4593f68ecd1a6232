import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { withLabFencing, withNodes } from '../../../src/lab/description.ts';
import type { NodesVnfc } from '../../../src/model/vnf.ts';
import { readDescription } from '../../../src/model/load.ts';

const example = readFileSync(path.resolve(import.meta.dirname, '../../../examples/sipcore.yaml'), 'utf8');

test('only the fencing is replaced', (t) => {
  const theirs =
    'vnf:\n  name: v # ours\nfencing:\n  - name: ipmi\n    agent: fence_ipmilan\n    nodes: [a]\nnodes: []\n';
  const ours =
    'vnf:\n  name: v # ours\nfencing:\n  - name: lab\n    agent: fence_vnfha_lab\n    takes: 100ms\nnodes: []\n';
  t.is(withLabFencing(theirs), ours);
  t.is(
    withLabFencing('vnf:\n  name: v\n'),
    'vnf:\n  name: v\nfencing:\n  - name: lab\n    agent: fence_vnfha_lab\n    takes: 100ms\n',
  );
});

test('what has no place for it is left for the check to refuse', (t) => {
  for (const text of ['', 'a text', '[1]', 'vnf: {', 'a: 1\na: 2\n', '['.repeat(5000)])
    t.is(withLabFencing(text), text);
});

for (const count of [2, 3, 5]) {
  test(`the example with ${count} nodes is a good description`, (t) => {
    const { vnf, problems } = readDescription(withLabFencing(withNodes(example, count)), 'example');
    t.deepEqual(problems.filter((problem) => problem.severity === 'error'), []); // prettier-ignore
    t.deepEqual(
      vnf?.nodes.map((node) => [node.name, Object.values(node.addresses)]),
      Array.from({ length: count }, (_, at) => [`node${at + 1}`, [`10.77.0.${at + 1}`]]),
    );
    const { vnfcInstanceIds } = vnf!.vnfcs[0] as NodesVnfc;
    t.is(Object.keys(vnfcInstanceIds).length, count);
    t.is(vnfcInstanceIds['node1'], 'REGISTRAR-0b3a');
  });
}
