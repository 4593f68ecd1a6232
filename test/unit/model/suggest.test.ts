import test from 'ava';
import { nearest } from '../../../src/model/suggest.ts';

const fields = ['port', 'frontend', 'mode', 'balance', 'network', 'check', 'vnfcInstanceIds'];

const meant: Readonly<Record<string, string | undefined>> = {
  prot: 'port',
  Port: 'port',
  ports: 'port',
  frontEnd: 'frontend',
  fronted: 'frontend',
  netwrok: 'network',
  vnfcinstanceids: 'vnfcInstanceIds',
  net: 'network',
  ne: undefined,
  colour: undefined,
  x: undefined,
  '': undefined,
};

for (const [word, field] of Object.entries(meant)) {
  test(`'${word}' means ${field ?? 'nothing here'}`, (t) => {
    t.is(nearest(word, fields), field);
  });
}

test('of several that are near the nearest is meant, and of equals the first', (t) => {
  t.is(nearest('registrer', ['register', 'registrar', 'registry']), 'register');
  t.is(nearest('frontemd2', ['backend2', 'frontend', 'frontend2']), 'frontend2');
  t.is(nearest('node', ['node1', 'node2']), 'node1');
  t.is(nearest('nodes', ['node', 'node2', 'nodes']), 'nodes');
});
