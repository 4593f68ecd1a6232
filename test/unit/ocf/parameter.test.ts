import test from 'ava';
import { OcfError } from '../../../src/ocf/codes.ts';
import {
  command,
  escapedText,
  givenParameters,
  hostAndPort,
  path,
  port,
  positive,
  readParameters,
  text,
  url,
  words,
} from '../../../src/ocf/parameter.ts';

const words_ = { shortdesc: 's', longdesc: 'l' };
const parameters = {
  name: text({ ...words_, required: true }),
  run: command(words_),
  nodes: words(words_),
  port: port({ ...words_, default: '80' }),
  url: url(words_),
  file: path({ ...words_, default: '/x' }),
};
const read = (given: Record<string, string>) =>
  readParameters(parameters, givenParameters(parameters, environment(given)));
const environment = (given: Record<string, string>) =>
  Object.fromEntries(Object.entries(given).map(([name, value]) => [`OCF_RESKEY_${name}`, value]));

test('what is given is typed, what is not has its default or is undefined', (t) => {
  t.deepEqual(
    read({ name: 'a', run: 'x "y z" ""', nodes: ' n1  n2 ', port: '65535', url: 'https://h/p', file: '/f' }),
    {
      name: 'a',
      run: ['x', 'y z', ''],
      nodes: ['n1', 'n2'],
      port: 65535,
      url: 'https://h/p',
      file: '/f',
    },
  );
  t.deepEqual(read({ name: 'a' }), { name: 'a', run: undefined, nodes: undefined, port: 80, url: undefined, file: '/x' }); // prettier-ignore
});

test('an empty parameter is one that is not given', (t) => {
  t.is(read({ name: 'a', port: '' }).port, 80);
});

test('what was given is kept as text, in the order of the declaration, and nothing else', (t) => {
  const env = environment({ url: 'http://u', CRM_meta_timeout: '1', run: 'x "y"', port: '', name: 'a' });
  t.deepEqual(Object.entries(givenParameters(parameters, env)), [['name', 'a'], ['run', 'x "y"'], ['url', 'http://u']]); // prettier-ignore
});

const escapes = { send: escapedText(words_), every: positive(words_) };
test('control characters come as JSON escapes; a quote may stand for itself', (t) => {
  for (const [given, meant] of Object.entries({
    'PING\\r\\n': 'PING\r\n',
    'say "hi"': 'say "hi"',
    '\\"\\\\\\u00e9"': '"\\é"',
    plain: 'plain',
  })) {
    t.is(readParameters(escapes, { send: given }).send, meant);
  }
  for (const wrong of ['a\\', '\\x', 'a\nb']) {
    t.throws(() => readParameters(escapes, { send: wrong }), { message: /send must be a text with JSON's escapes/ });
  }
});
test('a count is a whole number from 1', (t) => {
  t.is(readParameters(escapes, { every: '100' }).every, 100);
  for (const wrong of ['0', '-1', '1.5', '1e3', '0x1', ' 1']) {
    t.throws(() => readParameters(escapes, { every: wrong }), { message: /every must be a whole number from 1/ });
  }
});

test('a JSON array is an argument vector, its strings as they are', (t) => {
  t.deepEqual(read({ name: 'a', run: ' ["a b", "", "$x"]' }).run, ['a b', '', '$x']);
});

test('all problems are told at once, as a wrong configuration', (t) => {
  const wrong = { run: '[1]', port: '0', url: 'nowhere', file: 'relative' };
  const error = t.throws(() => read(wrong), { instanceOf: OcfError });
  t.is(error.code, 6);
  t.is(
    error.message,
    "the parameter name is missing; the parameter run must be a JSON array of strings, or a command without a leading [ (it is '[1]'); " +
      "the parameter port must be a port, 1 to 65535 (it is '0'); the parameter url must be a http(s) URL (it is 'nowhere'); " +
      "the parameter file must be an absolute path (it is 'relative')",
  );
});

for (const value of ['-1', '1.5', '65536', '0x10', ' 80', 'http']) {
  test(`'${value}' is no port`, (t) => {
    t.throws(() => read({ name: 'a', port: value }), { message: /port must be a port/ });
  });
}

test('a host and a port: a name or an address, IPv6 in brackets', (t) => {
  const { parse } = hostAndPort(words_);
  t.deepEqual(parse('10.0.0.1:22'), { host: '10.0.0.1', port: 22 });
  t.deepEqual(parse('[2001:db8::1]:65535'), { host: '2001:db8::1', port: 65535 });
  for (const wrong of ['10.0.0.1', ':22', 'a:0', 'a:65536', '2001:db8::1:22', '[a:22', 'a b:22'])
    t.throws(() => parse(wrong), { message: 'must be HOST:PORT' }, wrong);
});
