import test from 'ava';
import fc from 'fast-check';
import { heldBack } from '../../../../src/decide/heal-governor.ts';
import { addEntry, compacted, emptyJournal, type JournalEntry } from '../../../../src/decide/incident-journal.ts';
import { initialIncidentState, type IncidentEvent, step } from '../../../../src/decide/incident.ts';
import { defaultHealRules, endOfWindow } from '../../../../src/model/heals.ts';
import { withHeals } from './policy.ts';

const common = (incident: string, at: number) => ({ v: 1, vnf: 'sip', incident, at, by: 'node1' }) as const;
const raised = (incident: string, at: number, severity: 'CRITICAL' | 'MAJOR' = 'MAJOR'): JournalEntry => ({
  ...common(incident, at),
  ...{ kind: 'raised', vnfc: 'web', node: incident, reason: 'failed', severity },
});
const asked = (incident: string, at: number): JournalEntry => ({
  ...common(incident, at),
  ...{ kind: 'heal-requested', attempt: 1, owner: '1.1' },
});
const journalOf = (entries: readonly JournalEntry[]) =>
  entries.reduce((journal, entry) => addEntry(journal, entry, entry.at), emptyJournal);

/** ms ago it was raised; ms after that its heal was asked for; how urgent it is. */
const incident = fc.record({
  age: fc.integer({ min: 0, max: 2 * 3_600_000 }),
  heal: fc.option(fc.integer({ min: 0, max: 1000 }), { nil: undefined }),
  severity: fc.constantFrom('CRITICAL' as const, 'MAJOR' as const),
});

test('never more than are allowed, the urgent ones first, and whoever waits is told why', (t) => {
  const rules = fc.record({ atOnce: fc.integer({ min: 1, max: 5 }), perHour: fc.integer({ min: 1, max: 10 }) });
  const now = 1e9;
  fc.assert(
    fc.property(
      fc.array(incident, { maxLength: 30 }),
      rules,
      fc.integer({ min: 0, max: 3 }),
      (all, limits, underway) => {
        const journal = journalOf(
          all.flatMap(({ age, heal, severity }, n) => [
            raised(`i${n}`, now - age, severity),
            ...(heal === undefined ? [] : [asked(`i${n}`, Math.min(now, now - age + heal))]),
          ]),
        );
        const known = [...journal.values()].map((recorded) => recorded.incident!);
        const due = known.filter(({ phase }) => phase === 'raised');
        const storm = { incidents: 1000, withinMs: 1, pauseMs: 1 };
        const holds = heldBack({ due, journal, underway, raising: 0, now }, { ...defaultHealRules, ...limits, storm });
        const begun = due.filter(({ id }) => !holds.has(id));
        const running = known.filter(({ phase }) => phase === 'requested').length;
        const hourly = all.filter(({ age, heal }) => heal !== undefined && Math.max(0, age - heal) < 3_600_000).length;
        t.true(begun.length <= Math.max(0, limits.atOnce - running - underway));
        t.true(begun.length <= Math.max(0, limits.perHour - hourly - underway));
        const free = Math.min(limits.atOnce - running, limits.perHour - hourly) - underway;
        t.is(begun.length, Math.max(0, Math.min(due.length, free)), 'none waits without need');
        if (begun.some(({ severity }) => severity === 'MAJOR'))
          t.true(
            due.every(({ id, severity }) => severity === 'MAJOR' || !holds.has(id)),
            'the urgent ones are first',
          );
        for (const { detail, until } of holds.values()) t.true(detail !== '' && (until === undefined || until > now));
      },
    ),
  );
});

test('a window ends in time, on its days, also after midnight', (t) => {
  const at = (text: string) => Date.parse(`${text}:00Z`);
  const saturdays = { days: [6], from: 22 * 60, minutes: 4 * 60 }; // 22:00 to 02:00
  t.is(endOfWindow(saturdays, at('2026-11-28T21:59')), undefined);
  t.is(endOfWindow(saturdays, at('2026-11-28T22:00')), at('2026-11-29T02:00'));
  t.is(endOfWindow(saturdays, at('2026-11-29T01:59')), at('2026-11-29T02:00'));
  t.is(endOfWindow(saturdays, at('2026-11-29T02:00')), undefined);
  t.is(endOfWindow(saturdays, at('2026-11-29T23:00')), undefined, 'a Sunday');
});

test('what was closed within the hour is kept whole, so that its heal still counts', (t) => {
  const story = (n: number): JournalEntry[] => [
    raised(`i${n}`, n),
    asked(`i${n}`, n),
    { ...common(`i${n}`, n), kind: 'closed' },
  ];
  const heals = (every: number) =>
    compacted(journalOf(Array.from({ length: 60 }, (_, n) => story(n * every)).flat())).filter(
      ({ kind }) => kind === 'heal-requested',
    ).length;
  t.is(heals(1000), 60);
  t.is(heals(600_000), 20, 'of those that are older, the last twenty');
});

const quiet = { ...defaultHealRules, storm: { incidents: 3, withinMs: 60_000, pauseMs: 120_000 } };
const now = 1e12;
const due = (journal: ReturnType<typeof journalOf>) =>
  [...journal.values()].flatMap(({ incident }) => (incident?.phase === 'raised' ? [incident] : []));
const holdsOf = (entries: readonly JournalEntry[], rules = quiet, raising = 0, at = now) => {
  const journal = journalOf(entries);
  return heldBack({ due: due(journal), journal, underway: 0, raising, now: at }, rules);
};

test('a clock that runs ahead holds nothing back for longer than the rules say, and hides no storm', (t) => {
  const day = 86_400_000;
  const ahead = [0, 1, 2].map((n) => raised(`f${n}`, now + day + n));
  t.is(holdsOf(ahead).size, 0);
  const storm = [0, 1, 2].map((n) => raised(`s${n}`, now - 1000 + n));
  t.is(holdsOf([...ahead, ...storm]).get('s0')?.why, 'storm');
  const asks = Array.from({ length: 40 }, (_, n) => asked(`a${n}`, now + day));
  t.is(holdsOf([...asks, raised('one', now)]).size, 0, 'nor do heals of tomorrow count for this hour');
});

test('incidents that are on their way into the journal count for the storm', (t) => {
  const one = [raised('one', now)];
  t.is(holdsOf(one, quiet, 1).size, 0);
  t.like(holdsOf(one, quiet, 2).get('one'), { why: 'storm', until: now + 120_000 });
});

test('one instance that fails again and again is no storm', (t) => {
  const again = [0, 1, 2, 3].map((n) => ({ ...raised(`i${n}`, now - n), node: 'node1' }) as JournalEntry);
  t.is(holdsOf(again).size, 0);
});

test('a storm is over in the end, whatever came before it', (t) => {
  const times = fc.array(fc.integer({ min: -600_000, max: 0 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(times, (ages) => {
      const entries = ages.map((age, n) => raised(`i${n}`, now + age));
      t.is([...holdsOf(entries, quiet, 0, now + quiet.storm.pauseMs).values()].filter(({ why }) => why === 'storm').length, 0); // prettier-ignore
      for (const { why, until } of holdsOf(entries).values())
        if (why === 'storm') t.true(until! > now && until! <= now + quiet.storm.pauseMs);
    }),
  );
});

test('a dry run says of a storm and of maintenance that they would hold it back', (t) => {
  const entries = [0, 1, 2].map((n) => raised(`i${n}`, now));
  t.is(holdsOf(entries, { ...quiet, dryRun: true }).get('i0')?.why, 'storm');
  t.is(holdsOf(entries.slice(0, 1), { ...quiet, dryRun: true }).get('i0')?.why, 'dry-run');
  const always = { days: [0, 1, 2, 3, 4, 5, 6], from: 0, minutes: 1440 };
  t.is(holdsOf(entries, { ...quiet, dryRun: true, maintenance: [always] }).get('i0')?.why, 'maintenance');
});

test('windows that follow one another end with the last of them', (t) => {
  const days = [0, 1, 2, 3, 4, 5, 6];
  const maintenance = [
    { days, from: 0, minutes: 600 },
    { days, from: 600, minutes: 300 },
    { days, from: 800, minutes: 200 },
  ];
  const at = Date.parse('2026-11-28T01:00:00Z');
  const holds = holdsOf([raised('one', at)], { ...quiet, maintenance }, 0, at);
  t.is(holds.get('one')?.until, Date.parse('2026-11-28T16:40:00Z'));
});

const stuck = (incident: string): JournalEntry => ({
  ...common(incident, now),
  ...{ kind: 'operation-stuck', attempt: 1, n: 1, reason: 'no room' },
});
const accepted = (incident: string): JournalEntry => ({
  ...common(incident, now),
  ...{ kind: 'heal-accepted', attempt: 1, operation: 'op' },
});

test('an operation in FAILED_TEMP keeps its place where we shall go on with it, and gives it up where an operator is waited for', (t) => {
  const entries = [raised('one', now - 1e6), asked('one', now), accepted('one'), stuck('one'), raised('two', now)];
  const single = { ...quiet, atOnce: 1 };
  t.is(holdsOf(entries, { ...single, onFailedTemp: 'wait' }).size, 0);
  t.is(holdsOf(entries, { ...single, onFailedTemp: 'retry' }).get('two')?.why, 'at-once');
  const refused: JournalEntry = {
    ...common('one', now),
    ...{ kind: 'operation-resolved', attempt: 1, n: 1, how: 'retry', refused: '404' },
  };
  t.is(holdsOf([...entries, refused], { ...single, onFailedTemp: 'retry' }).size, 0);
});

test('a journal that was made shorter holds back what the whole one does', (t) => {
  const story = fc.record({
    age: fc.integer({ min: 0, max: 3_600_000 }),
    end: fc.constantFrom('open', 'rejected', 'healed', 'by itself'),
  });
  const rules = { ...quiet, perHour: 5, atOnce: 3, storm: { ...quiet.storm, incidents: 30 } };
  fc.assert(
    fc.property(fc.array(story, { maxLength: 320, size: 'max' }), (stories) => {
      const entries = stories.flatMap(({ age, end }, n): JournalEntry[] => {
        const id = `i${n}`;
        const at = now - age;
        const begin = [raised(id, at)];
        if (end === 'open') return begin;
        const closed = { ...common(id, at), kind: 'closed' } as const;
        if (end === 'by itself') return [...begin, closed];
        if (end === 'healed') return [...begin, asked(id, at), closed];
        const retry = { ...common(id, at), kind: 'heal-requested', attempt: 2, owner: '1.1' } as const;
        const rejected = (attempt: number) => ({ ...common(id, at), kind: 'heal-rejected', attempt, reason: '400' }) as const; // prettier-ignore
        return [...begin, asked(id, at), rejected(1), retry, rejected(2)];
      });
      const shorter = compacted(journalOf(entries));
      const kinds = (given: readonly JournalEntry[]) =>
        [...holdsOf([...given, raised('now', now)], rules)].map(([id, { why, until }]) => [id, why, until]).sort();
      t.deepEqual(kinds(shorter), kinds(entries));
    }),
    { numRuns: 25 },
  );
});

test('what was held back of a heal that came to nothing is not kept for ever', (t) => {
  const entries = Array.from({ length: 50 }, (_, n): JournalEntry[] => [
    { ...common('one', n), kind: 'heal-held', next: n + 1, why: 'at-once', reason: 'x' },
    { ...common('one', n), kind: 'heal-requested', attempt: n + 1, owner: '1.1' },
    { ...common('one', n), kind: 'heal-rejected', attempt: n + 1, reason: '400' },
  ]).flat();
  const held = compacted(journalOf([raised('one', 0), ...entries])).filter(({ kind }) => kind === 'heal-held');
  t.is(held.length, 1);
});

test('a dry run that is begun while a heal is in FAILED_TEMP leaves it to the VNFM’s operator', (t) => {
  const self = { nodeId: 1, pid: 1 };
  const status = { quorate: true, dc: 'node1', maintenance: false, nodes: [], resources: [], failures: [] };
  const at = now + 60_000;
  const events: IncidentEvent[] = [
    ...[raised('one', now), asked('one', now), accepted('one'), stuck('one')].map(
      (entry) => ({ type: 'entry', entry, at: now, chance: 0 }) as const,
    ),
    { type: 'joined', self, node: 'node1', members: [self], at: now, chance: 0 },
    { type: 'synced', at: now, chance: 0 },
    { type: 'status', startedAt: at, status, at, chance: 0 },
  ];
  const done = (dryRun: boolean) => {
    const policy = withHeals({ dryRun, onFailedTemp: 'fail' });
    let last = step(initialIncidentState, events[0]!, policy);
    for (const event of events.slice(1)) last = step(last.state, event, policy);
    return last.actions.map(({ type }) => type);
  };
  t.deepEqual(done(false), ['resolve']);
  t.deepEqual(done(true), ['poll']);
});
