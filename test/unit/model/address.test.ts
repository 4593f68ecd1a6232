import test from 'ava';
import {
  contains,
  formatAddress,
  formatNetwork,
  parseAddress,
  parsePrefixed,
  reservedAs,
} from '../../../src/model/address.ts';

const spellings: Readonly<Record<string, string>> = {
  '10.77.0.50': '10.77.0.50',
  '::': '::',
  '::1': '::1',
  '1::': '1::',
  '2001:DB8::1': '2001:db8::1',
  '2001:0db8:0000:0000:0000:0000:0000:0001': '2001:db8::1',
  '2001:db8:0:0:1:0:0:1': '2001:db8::1:0:0:1',
  '2001:db8:0:1:1:1:1:1': '2001:db8:0:1:1:1:1:1',
  '1:0:0:2:0:0:0:3': '1:0:0:2::3',
  '0:0:1:2:3:4:5:6': '::1:2:3:4:5:6',
  '1:2:3:4:5:6:0:0': '1:2:3:4:5:6::',
  '10:0:0:10:0:0:100:1': '10::10:0:0:100:1',
  '::ffff:192.0.2.1': '::ffff:c000:201',
  '64:ff9b::192.0.2.33': '64:ff9b::c000:221',
};

for (const [written, formatted] of Object.entries(spellings)) {
  test(`${written} is ${formatted}`, (t) => {
    t.is(formatAddress(parseAddress(written)!), formatted);
  });
}

test('what is no address', (t) => {
  for (const text of [
    '',
    '1.2.3',
    '1.2.3.256',
    '01.2.3.4',
    '1.2.3.4/24',
    'fe80::1%eth0',
    ':::',
    '1:2',
    'host',
    ' 1.2.3.4',
  ]) {
    t.is(parseAddress(text), undefined, text);
  }
});

test('what is no address with a prefix length', (t) => {
  for (const text of [
    '',
    '/24',
    '10.0.0.1',
    '10.0.0.1/',
    '10.0.0.1/33',
    '10.0.0.1/-1',
    '::1/129',
    '10.0.0.1/24/24',
    '10.0.0.1/a',
  ]) {
    t.is(parsePrefixed(text), undefined, text);
  }
  t.is(parsePrefixed('10.0.0.1/0')?.prefix, 0);
  t.is(parsePrefixed('::1/128')?.prefix, 128);
});

test('an address is in its network only', (t) => {
  const cases: readonly [string, string, boolean][] = [
    ['10.77.0.0/24', '10.77.0.255', true],
    ['10.77.0.0/24', '10.77.1.0', false],
    ['10.77.0.128/25', '10.77.0.127', false],
    ['0.0.0.0/0', '255.255.255.255', true],
    ['10.0.0.1/32', '10.0.0.1', true],
    ['2001:db8::/64', '2001:db8::ffff:0:0:1', true],
    ['2001:db8::/64', '2001:db8:0:1::', false],
    ['::/0', '10.0.0.1', false],
  ];
  for (const [network, address, inside] of cases) {
    t.is(contains(parsePrefixed(network)!, parseAddress(address)!), inside, `${address} in ${network}`);
  }
});

test('the addresses that no interface can have', (t) => {
  const reserved = (network: string, address: string) => reservedAs(parsePrefixed(network)!, parseAddress(address)!);
  t.is(reserved('10.77.0.0/24', '10.77.0.0'), 'network');
  t.is(reserved('10.77.0.0/24', '10.77.0.255'), 'broadcast');
  t.is(reserved('10.77.0.0/24', '10.77.0.1'), undefined);
  t.is(reserved('10.77.0.0/31', '10.77.0.0'), undefined);
  t.is(reserved('2001:db8::/64', '2001:db8::'), undefined);
  t.is(formatNetwork(parsePrefixed('10.77.0.9/24')!), '10.77.0.0/24');
});
