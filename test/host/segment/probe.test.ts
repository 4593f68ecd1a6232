/** The question "who has this address?" between two real network namespaces. */
import { execFileSync } from 'node:child_process';
import test from 'ava';
import type { Asked } from '../../../src/segment/probe.ts';

const ip = (...argv: string[]): string => execFileSync('ip', argv, { encoding: 'utf8' });
const [one, two] = [`vnfha-one-${process.pid}`, `vnfha-two-${process.pid}`];

test.before('two hosts on one segment', () => {
  for (const name of [one, two]) ip('netns', 'add', name);
  ip('-n', one, 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', two);
  for (const [name, last] of [[one, '1'], [two, '2']] as const) {
    ip('-n', name, 'link', 'set', 'eth0', 'address', `52:54:00:00:00:0${last}`, 'up');
    ip('-n', name, 'addr', 'add', `192.0.2.${last}/24`, 'dev', 'eth0');
    ip('-n', name, 'addr', 'add', `2001:db8::${last}/64`, 'dev', 'eth0', 'nodad');
  }
}); // prettier-ignore
test.after.always('they go', () => {
  for (const name of [one, two]) ip('netns', 'del', name);
});

const ask = (nic: string, address: string): Asked =>
  JSON.parse(
    execFileSync(
      'ip',
      ['netns', 'exec', one, process.execPath, '--import', 'tsx', 'test/host/segment/asks.ts', nic, address],
      { encoding: 'utf8' },
    ),
  ) as Asked;

for (const [family, free, taken] of [
  ['IPv4', '192.0.2.50', '192.0.2.2'],
  ['IPv6', '2001:db8::50', '2001:db8::2'],
] as const) {
  test.serial(`${family}: who has it answers; nobody has one that is free`, (t) => {
    t.deepEqual(ask('eth0', taken), { own: '52:54:00:00:00:01', owners: ['52:54:00:00:00:02'] });
    t.deepEqual(ask('eth0', free), { own: '52:54:00:00:00:01', owners: [] });
  });

  test.serial(`${family}: one’s own address is nobody else’s, until another host takes it`, (t) => {
    const [prefix, of] = family === 'IPv4' ? [24, '-4'] : [64, '-6'];
    for (const name of [one, two]) ip('-n', name, of, 'addr', 'add', `${free}/${prefix}`, 'dev', 'eth0', ...(of === '-6' ? ['nodad'] : [])); // prettier-ignore
    t.deepEqual(ask('eth0', free).owners, ['52:54:00:00:00:02']);
    ip('-n', two, of, 'addr', 'del', `${free}/${prefix}`, 'dev', 'eth0');
    t.deepEqual(ask('eth0', free).owners, []);
    ip('-n', one, of, 'addr', 'del', `${free}/${prefix}`, 'dev', 'eth0');
  });
}

test.serial('an interface that is not there is said', (t) => {
  t.regex(ask('eth9', '192.0.2.50').problem!, /eth9/);
});
