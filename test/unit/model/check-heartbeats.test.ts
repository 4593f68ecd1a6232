/** Heartbeats and Corosync's times in a description: what spoils them, and what is said of it. */
import test from 'ava';
import { spoiled } from './spoiled.ts';

const withHeartbeat = (fields: string) => [['    role:\n', `    heartbeat: ${fields}\n    role:\n`]] as const;
const withCluster = (fields: string) => [['  token: 1s\n', `  ${fields}\n`]] as const;

test(
  'good ones',
  spoiled,
  withHeartbeat('{ interval: 50ms, misses: 5, tcp: 6379, send: "PING\\r\\n", expect: +PONG }'),
);
test('by http', spoiled, withHeartbeat("{ http: 'http://127.0.0.1:80/health' }"));

test(
  'a heartbeat that asks nothing',
  spoiled,
  withHeartbeat('{ misses: 3 }'),
  "31:5: error: the heartbeat of the VNFC 'db' asks nothing (vnfcs[0].heartbeat). Add 'http' with a URL, or 'tcp' with a port.",
);

test(
  'both ways at once',
  spoiled,
  withHeartbeat("{ http: 'http://localhost', tcp: 6379, send: a }"),
  "31:44: error: the heartbeat of the VNFC 'db' has both 'http' and 'tcp' (vnfcs[0].heartbeat.tcp). Keep one of the two.",
);

test(
  'what belongs to tcp, by http',
  spoiled,
  withHeartbeat("{ http: 'http://[::', expect: x }"),
  "31:24: error: 'http://[::' is not a URL (vnfcs[0].heartbeat.http). Write it as http://127.0.0.1:8080/health.",
  "31:38: error: 'expect' is for a heartbeat by 'tcp', and the heartbeat of the VNFC 'db' is by 'http' (vnfcs[0].heartbeat.expect). Remove it.",
);

test(
  'an answer without a question',
  spoiled,
  withHeartbeat('{ tcp: 6379, expect: x }'),
  "31:29: error: the heartbeat of the VNFC 'db' waits for an answer without asking (vnfcs[0].heartbeat.expect). Add 'send': what is asked.",
);

test(
  'a mere connection',
  spoiled,
  withHeartbeat('{ tcp: 6379 }'),
  "31:23: warning: the heartbeat of the VNFC 'db' is content with a connection, and a program that hangs still gets those: the kernel accepts them (vnfcs[0].heartbeat.tcp). Add 'send' and 'expect': what is asked, and how the answer begins.",
);

test(
  'too quick, and too nervous',
  spoiled,
  [
    ...withHeartbeat('{ tcp: 6379, send: a, interval: 20ms, misses: 1 }'),
    ...withCluster('heartbeat: { interval: 0ms, misses: 3 }'),
  ],
  "17:26: error: '0ms' is no time at all (cluster.heartbeat.interval). Write a longer duration, or remove the field.",
  "31:48: error: heartbeats every 20 ms would take a healthy machine's pauses for failures (vnfcs[0].heartbeat.interval). Write 50ms or more; 100ms suits most.",
  "31:62: error: '1' is too small (vnfcs[0].heartbeat.misses). Write 2 or more.",
);

test(
  'a port that is Corosync’s',
  spoiled,
  withCluster('heartbeat: { port: 5405 }'),
  "17:22: error: the UDP port 5405 is Corosync's, for its link 0 (cluster.heartbeat.port). Write another, as 5413.",
);

test(
  'a consensus shorter than the token, of three nodes',
  spoiled,
  withCluster('token: 1s\n  consensus: 300ms'),
  "18:14: error: a consensus timeout of 300 ms is shorter than the token's 1000 ms, and with three nodes or more the membership may then come out wrong (cluster.consensus). Write 1200ms or more, or remove it.",
);
