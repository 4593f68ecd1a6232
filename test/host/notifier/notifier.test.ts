import { appendFileSync, chmodSync, readFileSync, statSync } from 'node:fs';
import test, { type ExecutionContext } from 'ava';
import { scene, type Scene, until } from './scene.ts';

const closed = (at: Scene, name?: string) =>
  until(`the incident is closed: ${at.kinds(name).join(' ')}`, () => at.kinds(name).includes('closed'));
const has = (at: Scene, kind: string) => until(`${kind} is in the journal`, () => at.kinds().includes(kind));

/** What must be true of every incident that came to its end by one heal. */
function healedOnce(t: ExecutionContext, at: Scene): void {
  const heals = at.heals();
  t.is(heals.length, 1);
  t.deepEqual(heals[0]!.params.vnfcInstanceId, ['WEB-1']);
  t.deepEqual(heals[0]!.params.additionalParams, { all: false });
  t.true(heals[0]!.params.cause.startsWith(`vnfha:${at.journal()[0]!.incident}#1 web on lonely failed 2 times`));
  const kinds = at.kinds();
  t.is(new Set(kinds).size, kinds.length, `no fact twice: ${kinds.join(' ')}`);
  for (const kind of ['raised', 'heal-requested', 'heal-accepted', 'heal-completed', 'recovered', 'closed']) {
    t.true((kinds as string[]).includes(kind), kind);
  }
  // killed after the clean-up and before its record, it finds the VNFC whole: what counts is that it was cleaned up
  t.true(at.cleanups() >= 1, 'Pacemaker was made to forget the failures');
  t.is(at.get<unknown[]>('/alarms').length, 0, 'what was raised is cleared');
}

test.serial('a VNFC that Pacemaker gave up is healed, cleaned up, and its alarm cleared', async (t) => {
  const at = await scene(t);
  await at.startVnfm();
  const notifier = await at.startNotifier();
  at.breakWeb();
  await closed(at);
  healedOnce(t, at);
  t.is(at.cleanups(), 1);
  t.deepEqual(
    at.get<{ notificationType: string }[]>('/sim/alarms').map((each) => each.notificationType),
    ['AlarmNotification', 'AlarmClearedNotification'],
  );
  t.is(statSync(`${at.directory}/incidents.jsonl`).mode & 0o777, 0o600);
  t.false(JSON.stringify(notifier.lines).includes('s3cret'));

  at.breakWeb(); // the next failure is the next incident
  await until('two incidents are closed', () => at.kinds().filter((kind) => kind === 'closed').length === 2);
  t.is(at.heals().length, 2);
  notifier.signal('SIGTERM');
  t.is(await notifier.ended(), 0);
});

test.serial(
  'the VM made anew has another id, and the next heal names it, also after a restart of the notifier',
  async (t) => {
    const at = await scene(t);
    await at.startVnfm('--new-ids');
    const first = await at.startNotifier();
    at.breakWeb();
    await closed(at);
    first.signal('SIGKILL');
    await first.ended();
    await at.startNotifier();
    at.breakWeb();
    await until('two incidents are closed', () => at.kinds().filter((kind) => kind === 'closed').length === 2);
    const asked = at.heals().map(({ params }) => params.vnfcInstanceId?.[0]);
    t.deepEqual(asked, ['WEB-1', `WEB-${at.heals()[0]!.operation.slice(0, 8)}`]);
  },
);

test.serial('the VNFM is away for a while: one heal afterwards', async (t) => {
  const at = await scene(t);
  const notifier = await at.startNotifier();
  at.breakWeb();
  await until('it was tried again and again', () => notifier.of('will-try-again').length >= 6);
  await at.startVnfm();
  await closed(at);
  healedOnce(t, at);
});

test.serial('the reply to the heal is lost after the VNFM took it: no second heal', async (t) => {
  const at = await scene(t);
  await at.startVnfm('--fault', '{"heal":{"lose":true}}');
  const notifier = await at.startNotifier();
  at.breakWeb();
  await closed(at);
  healedOnce(t, at);
  t.is(notifier.of('heal-found').length, 1);
});

test.serial('garbage, errors, a wrong state and dropped connections on the way: one heal', async (t) => {
  const at = await scene(t);
  await at.startVnfm();
  for (const fault of [{ garbage: true }, { drop: true }, { status: 503, retryAfter: 1 }, { status: 500 }]) {
    at.post('/sim/faults', { occs: fault });
  }
  at.post('/sim/faults', { token: { garbage: true }, heal: { status: 409 }, alarms: { drop: true } });
  at.post('/sim/faults', { token: { status: 500 }, heal: { status: 503 }, alarms: { status: 503, times: 2 } });
  at.post('/sim/faults', { heal: { lose: true, times: 1 } });
  await at.startNotifier();
  at.breakWeb();
  await closed(at);
  healedOnce(t, at);
});

test.serial('tokens expire in the middle: a new one is fetched, and nothing is asked twice', async (t) => {
  const at = await scene(t);
  await at.startVnfm('--heal-time', '3s');
  const notifier = await at.startNotifier();
  at.breakWeb();
  await has(at, 'heal-accepted');
  at.post('/sim/expire-tokens');
  await closed(at);
  healedOnce(t, at);
  t.deepEqual(notifier.of('operation-unreadable'), []);
});

test.serial('another operation is in progress at the VNFM: the heal waits for it', async (t) => {
  const at = await scene(t);
  await at.startVnfm('--heal-time', '2s');
  const notifier = await at.startNotifier();
  at.post('/sim/faults', { heal: { status: 409, times: 3 } });
  at.breakWeb();
  await closed(at);
  healedOnce(t, at);
  t.true(notifier.of('will-try-again').filter(({ detail }) => String(detail).includes('409')).length >= 3);
});

test.serial('a heal that fails is followed by another; FAILED_TEMP waits for the operator of the VNFM', async (t) => {
  const at = await scene(t);
  await at.startVnfm(
    '--fault',
    '{"outcome":{"state":"FAILED","detail":"no host has room"}}',
    '--fault',
    '{"outcome":{"state":"FAILED_TEMP"}}',
  );
  const notifier = await at.startNotifier();
  at.breakWeb();
  await until('FAILED_TEMP is said', () => notifier.of('operation').some(({ state }) => state === 'FAILED_TEMP'));
  const [first, second] = at.heals();
  t.is(at.heals().length, 2);
  const failed = at.journal().find((entry) => entry.kind === 'heal-failed');
  t.is(failed?.kind === 'heal-failed' && failed.reason, 'FAILED: no host has room');
  t.not(first!.operation, second!.operation);
  at.retry(second!.operation);
  await closed(at);
  t.is(at.heals().length, 2);
});

test.serial('FAILED_TEMP is retried by us, failed in the end, and the next heal does it', async (t) => {
  const heals = 'heals: { onFailedTemp: retry }';
  const at = await scene(t, (description) => description.replace(/^vnfm:$/m, `vnfm:\n  ${heals}`));
  await at.startVnfm('--fault', '{"outcome":{"state":"FAILED_TEMP","times":3}}');
  await at.startNotifier();
  at.breakWeb();
  await closed(at);
  const resolved = at.journal().flatMap((entry) => (entry.kind === 'operation-resolved' ? [entry.how] : []));
  t.deepEqual(resolved, ['retry', 'retry', 'fail']);
  t.is(new Set(at.heals().map(({ operation }) => operation)).size, 2, 'retried within one operation; a second heal');
  t.is(at.get<unknown[]>('/alarms').length, 0);
});

test.serial(
  'a dry run: what would be asked for is in the journal, the alarm is raised, and the VNFM gets no heal',
  async (t) => {
    const at = await scene(t, (description) => description.replace(/^vnfm:$/m, 'vnfm:\n  heals: { dryRun: true }'));
    await at.startVnfm();
    await at.startNotifier();
    at.breakWeb();
    await until('it is said', () => at.kinds().includes('heal-held') && at.kinds().includes('alarm-sent'));
    at.setWeb('whole');
    await until('it is closed', () => at.kinds().includes('closed'));
    t.deepEqual(at.heals(), []);
    t.false(at.kinds().includes('heal-requested'));
  },
);

test.serial('recovered while the VNFM is away: asked whether it heard of it, and no heal', async (t) => {
  const at = await scene(t);
  const notifier = await at.startNotifier();
  at.breakWeb();
  await until('it was tried', () => notifier.of('will-try-again').length >= 2);
  at.setWeb('whole');
  await at.startVnfm();
  await closed(at);
  t.deepEqual(at.heals(), []);
  const recovered = at.journal().find((entry) => entry.kind === 'recovered');
  t.is(recovered?.kind === 'recovered' && recovered.outcome, 'recovered');
});

for (const kind of [
  'raised',
  'heal-requested',
  'heal-accepted',
  'heal-completed',
  'cleaned-up',
  'recovered',
  'alarm-cleared',
]) {
  test.serial(`kill -9 when '${kind}' has just been written: one heal`, async (t) => {
    const at = await scene(t);
    await at.startVnfm();
    const notifier = await at.startNotifier();
    at.breakWeb();
    await has(at, kind);
    notifier.signal('SIGKILL');
    await notifier.ended();
    await at.startNotifier();
    await closed(at);
    healedOnce(t, at);
  });
}

test.serial('kill -9 between the heal and its answer: one heal', async (t) => {
  const at = await scene(t);
  await at.startVnfm('--fault', '{"heal":{"delay":5000}}');
  const notifier = await at.startNotifier();
  at.breakWeb();
  await until('the VNFM has it', () => at.heals().length === 1);
  notifier.signal('SIGKILL');
  await notifier.ended();
  t.false(at.kinds().includes('heal-accepted'));
  const next = await at.startNotifier();
  await closed(at);
  healedOnce(t, at);
  t.is(next.of('heal-found').length, 1);
});

test.serial('kill -9 while a slow VNFM holds the request: one heal', async (t) => {
  const at = await scene(t);
  await at.startVnfm('--heal-time', '4s', '--fault', '{"occs":{"delay":1000}}');
  const notifier = await at.startNotifier();
  at.breakWeb();
  await has(at, 'heal-requested');
  notifier.signal('SIGKILL');
  await notifier.ended();
  await at.startNotifier();
  await closed(at);
  healedOnce(t, at);
});

test.serial('two members: one speaks, both journals tell the same, and the other one finishes', async (t) => {
  const at = await scene(t);
  await at.startVnfm('--heal-time', '3s');
  const one = await at.startNotifier('one.jsonl');
  const two = await at.startNotifier('two.jsonl');
  await until('both are in the group', () => one.of('group').length >= 2);
  at.breakWeb();
  await until('both have written it', () =>
    ['one.jsonl', 'two.jsonl'].every((name) => at.kinds(name).includes('heal-accepted')),
  );
  const speakers = [one, two].filter((each) => each.of('heal-posted').length > 0);
  t.is(speakers.length, 1);
  speakers[0]!.signal('SIGKILL');
  await speakers[0]!.ended();
  const [dead, alive] = speakers[0] === one ? ['one.jsonl', 'two.jsonl'] : ['two.jsonl', 'one.jsonl'];
  await closed(at, alive);
  t.is(at.heals().length, 1);
  // who comes back hears what happened meanwhile
  await at.startNotifier(dead);
  await closed(at, dead);
  t.deepEqual(at.kinds(dead).toSorted(), at.kinds(alive).toSorted());
  t.is(at.heals().length, 1);
});

test.serial('corosync dies in the middle of a heal and comes back: one heal', async (t) => {
  const at = await scene(t);
  await at.startVnfm('--fault', '{"heal":{"delay":1000}}');
  const notifier = await at.startNotifier();
  at.breakWeb();
  await until('the VNFM has it', () => at.heals().length === 1);
  const before = notifier.of('corosync-away').length;
  await at.signalCorosync('KILL');
  await until('it noticed', () => notifier.of('corosync-away').length > before);
  await at.startCorosync();
  await closed(at);
  healedOnce(t, at);
});

test.serial('a second notifier on the same journal is refused', async (t) => {
  const at = await scene(t);
  await at.startNotifier();
  const second = await at.startNotifier();
  t.not(await second.ended(), 0);
  t.true(second.lines.some(({ event }) => String(event).includes('another notifier is running on this node')));
});

test.serial('a secret that others can read is refused', async (t) => {
  const at = await scene(t);
  chmodSync(`${at.directory}/secret`, 0o640);
  const notifier = await at.startNotifier();
  t.not(await notifier.ended(), 0);
  t.true(notifier.lines.some(({ event }) => String(event).includes('is open to others (mode 0640)')));
});

test.serial('a torn and a foreign line in the journal are passed over', async (t) => {
  const at = await scene(t);
  appendFileSync(
    `${at.directory}/incidents.jsonl`,
    'no json\n{"v":1,"vnf":"test","incident":"x","at":1,"by":"lonely","kind":"clo',
  );
  await at.startVnfm();
  const notifier = await at.startNotifier();
  t.is(notifier.of('journal-torn').length, 1);
  t.is(notifier.of('journal-malformed').length, 1);
  at.breakWeb();
  await until('closed', () => readFileSync(`${at.directory}/incidents.jsonl`, 'utf8').includes('"closed"'));
  t.is(at.heals().length, 1);
});
