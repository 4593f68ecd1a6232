/** Times that don't fit each other, and recovery targets that can't be met. */
import test from 'ava';
import { problemsOf, base, edited } from './base.ts';
import { spoiled } from './spoiled.ts';

const cluster = (fields: string) => ['  token: 1s\n', `  ${fields}\n`] as const;
const target = (name: string) => ['networks:\n', `recovery: ${name}\nnetworks:\n`] as const;
const takes = (ms: string) => ['agent: fence_ipmilan\n', `agent: fence_ipmilan\n    takes: ${ms}\n`] as const;
/** A heartbeat for both, and short bounds for what a hung one that manages itself doesn't answer. */
const quick = [
  ['      interval: 5s\n', '    heartbeat: { tcp: 6379, send: PING }\n'],
  ['--port 6379\n', '--port 6379\n      stopTimeout: 3s\n'],
  ['      demote:', '      timeout: 1s\n      demote:'],
  ['      run: nginx\n', "      run: nginx\n    heartbeat: { http: 'http://127.0.0.1:8080/' }\n"],
] as const;
const managed = ['      run: redis-server --port 6379\n', '      start: up\n      stop: down\n'] as const;

for (const name of ['SAL1', 'SAL2', 'SAL3', '{ detect: 1s, recover: 8s }']) {
  test(`${name} can be met by what follows from it`, spoiled, [
    target(name),
    cluster('name: c'),
    ...quick,
    takes('1s'),
  ]);
}

test('sub-second can be met by what follows from it, and by a quick fence device', spoiled, [
  target('sub-second'),
  cluster('name: c'),
  ...quick,
  takes('500ms'),
]);

test(
  'sub-second is met usually, and not at worst when a fence device is slower',
  spoiled,
  [target('sub-second'), cluster('name: c'), ...quick, takes('1s')],
  "22:12: warning: when a node with 'db' dies, the service is back after 2.4s at worst (Corosync’s token is missed: 300ms; consensus on who is left: 360ms; Pacemaker waits for the new membership: 200ms; 'power' powers it off: 1s; promotion: 300ms; the VIP starts, and its neighbours learn it: 250ms), and sub-second allows 2s (fencing[0].takes). Take a fence device that needs 590ms or less, and say so; it is 2s where the description says nothing.",
);

test(
  'sub-second is not met at worst by heartbeats that suit most',
  spoiled,
  [
    target('sub-second'),
    cluster('name: c'),
    ...quick,
    takes('500ms'),
    ['send: PING }', 'send: PING, interval: 100ms }'],
  ],
  "33:51: warning: when 'db' hangs, the service is back after 2.2s at worst (3 heartbeats unanswered, one every 100ms: 400ms; 9 more unanswered: no mere pause: 900ms; the supervisor ends it by SIGKILL: 50ms; Pacemaker is told, and begins: 200ms; demotion and promotion: 400ms; the VIP starts, and its neighbours learn it: 250ms), and sub-second allows 2s (vnfcs[0].heartbeat.interval). Write 77ms or less.",
);

test(
  'sub-second is not met when an active instance hangs that only Pacemaker can end',
  spoiled,
  [target('sub-second'), cluster('name: c'), ...quick, managed, takes('500ms')],
  "4:11: warning: when 'db' hangs, the service is back after 6.1s at worst (3 heartbeats unanswered, one every 80ms: 320ms; 9 more unanswered: no mere pause: 720ms; Pacemaker is told, and begins: 200ms; its demotion (role.timeout 1s) and stop (stopTimeout 3s) go unanswered: 4s; Pacemaker goes on without it: 200ms; demotion and promotion: 400ms; the VIP starts, and its neighbours learn it: 250ms), and sub-second allows 2s (recovery). Allow more: nothing in the description makes this quick enough.",
);

test(
  'a token that is too long for the target',
  spoiled,
  [target('SAL1'), cluster('token: 5s'), ...quick, takes('1s')],
  "18:10: error: when a node with 'db' dies, it is noticed after 5s (Corosync’s token is missed: 5s), and SAL1 allows 1s (cluster.token). Write 1000ms or less.",
);

test(
  'a fence device that is too slow for the target',
  spoiled,
  [target('SAL1'), cluster('name: c'), ...quick, takes('5s')],
  "22:12: error: when a node with 'db' dies, the service is back after 6.5s (Corosync’s token is missed: 600ms; consensus on who is left: 662ms; Pacemaker waits for the new membership: 50ms; 'power' powers it off: 5s; promotion: 100ms; the VIP starts, and its neighbours learn it: 50ms), and SAL1 allows 6s (fencing[0].takes). Take a fence device that needs 3830ms or less, and say so; it is 2s where the description says nothing.",
);

test(
  'a hang that nobody notices in time',
  spoiled,
  [target('SAL1'), cluster('name: c'), ...quick.slice(1), takes('1s')],
  "33:17: error: when 'db' hangs, it is noticed after 4.5s (its check, every 5s, given up after 2s: 4.5s), and SAL1 allows 1s (vnfcs[0].check.interval). Add a 'heartbeat' to it: checks are no quicker than every 2 s.",
);

test(
  'commands that may take longer than the target',
  spoiled,
  [target('SAL1'), cluster('name: c'), quick[0], quick[3], managed, takes('1s')],
  "28:5: warning: when 'db' hangs, the service is back after 62.5s at worst (3 heartbeats unanswered, one every 100ms: 400ms; 9 more unanswered: no mere pause: 900ms; Pacemaker is told, and begins: 200ms; its demotion (role.timeout 30s) and stop (stopTimeout 30s) go unanswered: 60s; Pacemaker goes on without it: 200ms; demotion and promotion: 400ms; the VIP starts, and its neighbours learn it: 350ms), and SAL1 allows 6s (vnfcs[0].program.stopTimeout). Write shorter timeouts: 3550ms are left for 'role.timeout' and 'stopTimeout' (with 'run', two thirds of it) together.",
);

test(
  'HAProxy’s own check that is later than the recovery',
  spoiled,
  [
    target('SAL1'),
    cluster('name: c'),
    ...quick,
    takes('1s'),
    ['frontend: 80', 'frontend: 80\n      check: { inter: 4s }'],
  ],
  "46:23: error: HAProxy’s own check takes a hung 'web' out after 8.4s, later than SAL1 allows for its recovery: 6s (vnfcs[1].service.check.inter). Write 2785ms or less.",
);

test(
  'heartbeats that notice later than Corosync',
  spoiled,
  [cluster('token: 500ms\n  heartbeat: { interval: 300ms }')],
  '18:26: error: a silent node is noticed by its heartbeats after 1.2s, and by Corosync after 1.1s: the VIP would move before the load balancer has noticed (cluster.heartbeat.interval). Write 262ms or less.',
);

test(
  'a consensus shorter than the token, of three nodes',
  spoiled,
  [cluster('consensus: 300ms')],
  "17:14: error: a consensus timeout of 300 ms is shorter than the token's 1000 ms, and with three nodes or more the membership may then come out wrong (cluster.consensus). Write 1200ms or more, or remove it.",
);

test('one setting of the cluster is one problem, however many VNFCs depend on it', (t) => {
  const text = edited(base, target('SAL1'), cluster('token: 5s'), ...quick, takes('1s'));
  const more = text.replace(/( {2}- name: db\n[^]*?)( {2}- name: web)/, (_, db: string, web: string) => {
    const other = db
      .replace('name: db', 'name: db2')
      .replace('192.0.2.50/24', '192.0.2.51/24')
      .replaceAll(/(n\d): db-/g, '$1: two-');
    return db + other + web;
  });
  t.is(problemsOf(more).length, 1);
});
