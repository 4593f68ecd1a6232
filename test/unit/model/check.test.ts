/** All problems at once, in the order of the file; and what else YAML may hold. */
import test from 'ava';
import { checkDescription } from '../../../src/model/check.ts';
import { base, edited, problemsOf } from './base.ts';

test('the base of these tests has no problem', (t) => {
  t.deepEqual(problemsOf(base), []);
});

test('problems of every kind are reported at once, in the order of the file', (t) => {
  const text = edited(
    base,
    ['name: ims', 'name: my ims'],
    ['cidr: 192.0.2.0/24', 'cidr: 192.0.2.1/24'],
    ['address: 192.0.2.3', 'address: 192.0.2.2\n    adress: 192.0.2.3'],
    ['token: 1s', 'token: 1s\n  token: 2s'],
    ['agent: fence_ipmilan', 'agent: fence_ipmilan\n    nodes: [n1, n2]'],
    ['24\n    program', '24\n    instances: 9\n    program'],
    ['restarts: 2', 'restarts: -2'],
    ['port: 8080', "port: '8080'"],
    ['run: nginx', 'run: "nginx"\n      start: nginx'],
    ['192.0.2.60/24', '192.0.2.60'],
  );
  const problems = checkDescription(text, 'f').problems;
  t.deepEqual(
    problems.map(({ line, path }) => `${line} ${path}`),
    [
      '2 vnf.name',
      '6 networks[0].cidr',
      '14 nodes[2].name',
      '15 nodes[2].address',
      '16 nodes[2].adress',
      '19 ',
      '29 vnfcs[0].instances',
      '39 vnfcs[0].recovery.restarts',
      '44 vnfcs[1].service.port',
      '48 vnfcs[1].program.start',
      '51 loadBalancer.vip',
    ],
  );
  t.true(problems.every(({ cure, what }) => /[.?]$/.test(cure) && !what.endsWith('.')));
});

test('an empty file, and one that is no description', (t) => {
  const empty = '1:1: error: the description is empty. Start from one of the examples.';
  t.deepEqual(['', '# nothing yet\n', '~'].map(problemsOf), [[empty], [empty], [empty]]);
  t.is(problemsOf('- a\n').length, 1);
  t.is(problemsOf('hello').length, 1);
});

test('an empty list of addresses is a node without an address', (t) => {
  const problems = problemsOf(edited(base, ['address: 192.0.2.3', 'addresses: {}']));
  t.is(problems.length, 1);
  t.regex(problems[0]!, /the node 'n3' has no address/);
});

test('byte order mark, CRLF and anchors are YAML as well', (t) => {
  t.deepEqual(problemsOf('\uFEFF' + base), []);
  t.deepEqual(problemsOf(base.replaceAll('\n', '\r\n')), []);
  t.deepEqual(
    problemsOf(
      edited(base, ['restarts: 2', 'restarts: &n 2'], ['run: nginx', 'run: nginx\n    recovery: { restarts: *n }']),
    ),
    [],
  );
});

test('aliases that would fill the memory are a problem', (t) => {
  const lines = ['a: &a [x,x,x,x,x,x,x,x,x]'];
  for (const [from, to] of ['ab', 'bc', 'cd', 'de', 'ef'])
    lines.push(`${to}: &${to} [${Array(9).fill(`*${from}`).join(',')}]`);
  t.regex(problemsOf(lines.join('\n')).join('\n'), /the aliases cannot be resolved/);
});
