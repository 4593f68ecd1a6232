import test from 'ava';
import { parametersLine, sightText } from '../../../src/supervisor/sights.ts';

test('the parameters are one line in the order of the declaration, or none', (t) => {
  const names = ['name', 'run', 'user'];
  t.is(parametersLine(names, { user: 'redis', name: 'store', extra: 'x' }), 'name=store\x1fuser=redis');
  t.is(parametersLine(names, {}), '');
  t.is(parametersLine(names, { name: 'a\nb' }), undefined);
  t.is(parametersLine(names, { run: 'a\x1fb' }), undefined);
});

test('a sight is never valid for longer than it says', (t) => {
  const self = { pid: 5, startTime: 500 };
  const sight = { code: 8 as const, leader: { pid: 7, startTime: 700 }, forMs: 11_999, parameters: 'name=a' };
  t.is(sightText(sight, self, 100.5), 'vnfha-sight 1\n5 500\n7 700\n112\n8\nname=a\n');
  t.is(sightText({ ...sight, leader: undefined }, self, 100).split('\n')[2], '0 0');
});
