/** What a description's settings add up to, for each class of failure. */
import test from 'ava';
import { type Budget, budgetsOf, type FailureClass } from '../../../src/model/budget.ts';
import { readDescription } from '../../../src/model/load.ts';
import type { Vnf } from '../../../src/model/vnf.ts';
import { base, edited } from './base.ts';

const vnfOf = (...edits: readonly (readonly [string, string])[]): Vnf => {
  const { vnf, problems } = readDescription(edited(base, ...edits), 'f');
  if (vnf === undefined) throw new Error(JSON.stringify(problems));
  return vnf;
};

const find = (vnf: Vnf, failure: FailureClass, subject: string): Budget =>
  budgetsOf(vnf).find((budget) => budget.failure === failure && budget.subject === subject)!;

/** 'detect 5/50', … */
const account = (budget: Budget): string[] =>
  budget.stages.map(({ step, typicalMs, worstMs }) => `${step} ${typicalMs}/${worstMs}`);

const beats = ['tcp: 6379\n', 'tcp: 6379\n    heartbeat: { tcp: 6379, send: PING }\n    vdu: x\n'] as const;
const beating = [['      interval: 5s\n', ''], beats] as const;
const managed = ['run: redis-server --port 6379', 'start: up\n      stop: down'] as const;
const roleTimeout = ['no one\n', 'no one\n      timeout: 2s\n'] as const;

test('every class, of every VNFC and the load balancer', (t) => {
  t.deepEqual(
    budgetsOf(vnfOf()).map(({ failure, subject }) => `${failure} ${subject}`),
    [
      'vnfc-dies db',
      'vnfc-hangs db',
      'node-dies db',
      'vnfc-dies web',
      'vnfc-hangs web',
      'node-dies web',
      'lb-dies lb',
      'lb-node-dies lb',
    ],
  );
});

test('noticed is the first stage, and the service is back after all of them', (t) => {
  for (const { stages, detect, recover } of budgetsOf(vnfOf())) {
    t.is(detect.worstMs, stages[0]!.worstMs);
    t.is(
      recover.typicalMs,
      stages.reduce((total, { typicalMs }) => total + typicalMs, 0),
    );
    t.true(stages.every(({ typicalMs, worstMs }) => typicalMs <= worstMs));
  }
});

test('the death of a process is an event, of whatever interval the checks are', (t) => {
  const dies = (interval: string) => find(vnfOf(['interval: 5s', interval]), 'vnfc-dies', 'db');
  t.deepEqual(account(dies('interval: 5s')), ['detect 5/50', 'decide 70/200', 'move 120/400', 'address 50/350']);
  t.deepEqual(dies('interval: 60s'), dies('interval: 5s'));
  t.deepEqual(account(find(vnfOf(), 'vnfc-dies', 'web')), ['detect 5/50', 'exclude 10/30']);
});

test('a program that manages itself is noticed by its heartbeat or check', (t) => {
  t.deepEqual(account(find(vnfOf(managed), 'vnfc-dies', 'db'))[0], 'detect 2550/5150');
  t.deepEqual(account(find(vnfOf(managed, ...beating), 'vnfc-dies', 'db')).slice(0, 2), [
    'detect 350/400',
    'confirm 900/900',
  ]);
});

test('a hang is noticed by the heartbeat, and the supervisor ends the active instance', (t) => {
  t.deepEqual(account(find(vnfOf(...beating, roleTimeout), 'vnfc-hangs', 'db')), [
    'detect 350/400',
    'confirm 900/900',
    'isolate 5/50',
    'decide 70/200',
    'move 120/400',
    'address 50/350',
  ]);
});

test('without heartbeats, a hung active instance answers neither its demotion nor SIGTERM', (t) => {
  t.deepEqual(account(find(vnfOf(roleTimeout), 'vnfc-hangs', 'db')), [
    'detect 12500/15000',
    'decide 70/200',
    'isolate 22000/22000',
    'decide 70/200',
    'move 120/400',
    'address 50/350',
  ]);
});

test('a program that manages itself answers neither its demotion nor its stop, and the supervisor has no process to end', (t) => {
  t.deepEqual(account(find(vnfOf(managed, ...beating, roleTimeout), 'vnfc-hangs', 'db')), [
    'detect 350/400',
    'confirm 900/900',
    'decide 70/200',
    'isolate 32000/32000',
    'decide 70/200',
    'move 120/400',
    'address 50/350',
  ]);
});

test('of the cluster and HAProxy, the quicker one excludes', (t) => {
  const first = (service: string, check: string) => {
    const { stages } = find(
      vnfOf(['frontend: 80', service], ['run: nginx', `run: nginx\n    ${check}`]),
      'vnfc-hangs',
      'web',
    );
    return `${stages[0]!.by}: ${stages[0]!.worstMs}`;
  };
  const slow = 'check: { inter: 30s, fall: 3 }';
  const beat = "heartbeat: { http: 'http://127.0.0.1:8080' }";
  t.is(first('frontend: 80', 'vdu: a'), 'HAProxy’s own check: 2 failed, one every 1s: 6030');
  t.is(first(slow, 'check: { tcp: 80, interval: 3s, timeout: 2s }'), 'its check, every 3s, given up after 2s: 5000');
  t.is(first('frontend: 80', beat), '3 heartbeats unanswered, one every 100ms: 400');
});

test('a lost node costs token, consensus, Pacemaker’s wait, fencing; its servers only their heartbeats', (t) => {
  const vnf = vnfOf(['token: 1s', 'token: 500ms'], ['agent: fence_ipmilan', 'agent: fence_ipmilan\n    takes: 3s']);
  t.deepEqual(account(find(vnf, 'node-dies', 'db')), [
    'detect 500/500',
    'decide 552/600',
    'decide 50/200',
    'fence 3000/3000',
    'move 100/300',
    'address 50/350',
  ]);
  t.deepEqual(account(find(vnf, 'node-dies', 'web')), ['detect 350/400', 'exclude 10/30']);
  t.deepEqual(account(find(vnf, 'lb-node-dies', 'lb')).slice(3), ['fence 3000/3000', 'address 50/350']);
});

test('of two nodes, the more important one has a head start', (t) => {
  const two = vnfOf(['  - name: n3\n    address: 192.0.2.3\n', ''], [', n3: db-3', '']);
  t.deepEqual(account(find(two, 'node-dies', 'db')).slice(2, 5), [
    'decide 50/200',
    'fence 2000/2000',
    'fence 2000/2000',
  ]);
});

test('without a load balancer there is nothing of one', (t) => {
  const web = base.slice(base.indexOf('  - name: web'), base.indexOf('vnfm:'));
  const vnf = vnfOf([web, '']);
  t.deepEqual(
    budgetsOf(vnf).map(({ failure }) => failure),
    ['vnfc-dies', 'vnfc-hangs', 'node-dies'],
  );
});
