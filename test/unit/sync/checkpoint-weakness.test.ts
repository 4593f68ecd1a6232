/** What a store says of itself, and whether it may lose what it acknowledged. */
import test from 'ava';
import { weaknessOf as ofPostgresql } from '../../../src/sync/postgresql.ts';
import { weaknessOf as ofRedis } from '../../../src/sync/redis.ts';

test('Redis', (t) => {
  const good = { appendonly: 'yes', appendfsync: 'always', 'no-appendfsync-on-rewrite': 'no', 'maxmemory-policy': 'noeviction' }; // prettier-ignore
  const weakness = (other: Record<string, string>): string | undefined => ofRedis(new Map(Object.entries({ ...good, ...other }))); // prettier-ignore
  t.is(weakness({}), undefined);
  t.is(weakness({ 'maxmemory-policy': 'volatile-lru' }), undefined, 'nothing here has a time to live');
  t.regex(weakness({ appendonly: 'no' })!, /appendonly is no, not yes/);
  t.regex(weakness({ 'maxmemory-policy': 'allkeys-lru' })!, /maxmemory-policy is allkeys-lru/);
  t.regex(ofRedis(new Map())!, /appendonly is unknown.*appendfsync is unknown.*on-rewrite is unknown/);
});

test('PostgreSQL', (t) => {
  const good = { fsync: 'on', full_page_writes: 'on', synchronous_commit: 'on', recovering: false };
  t.is(ofPostgresql(good), undefined);
  t.is(ofPostgresql({ ...good, synchronous_commit: 'remote_apply' }), undefined);
  t.regex(ofPostgresql({ ...good, synchronous_commit: 'local' })!, /synchronous_commit is local, not on/);
  t.regex(ofPostgresql({ ...good, full_page_writes: 'off' })!, /full_page_writes is off/);
  t.regex(ofPostgresql({ ...good, recovering: true })!, /no primary/);
});
