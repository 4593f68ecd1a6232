import test from 'ava';
import { readHttp, readText, type Reading } from '../../../src/supervisor/reply.ts';

const answer = (rest = '', closes = false): Reading => ({ is: 'answer', rest, closes });
const more: Reading = { is: 'more' };

test('a text is an answer when it begins as expected', (t) => {
  t.deepEqual(readText('', '+PONG'), more);
  t.deepEqual(readText('+PO', '+PONG'), more);
  t.deepEqual(readText('+PONG\r\n', '+PONG'), answer());
  t.deepEqual(readText('x', ''), answer());
  t.deepEqual(readText('', ''), more);
  t.deepEqual(readText('-LOADING\r\n', '+PONG'), { is: 'wrong', problem: "it answers '-LOADING'" });
});

const ok = 'HTTP/1.1 200 OK\r\n';
const http: Record<string, [string, Reading]> = {
  'nothing yet': ['', more],
  'headers without an end': [`${ok}Content-Length: 2\r\n`, more],
  'a body that is not all there': [`${ok}Content-Length: 4\r\n\r\nab`, more],
  'a body': [`${ok}Content-Length: 2\r\n\r\nab`, answer()],
  'the beginning of the next answer': [`${ok}content-length: 2\r\n\r\nabHTTP`, answer('HTTP')],
  'no body': ['HTTP/1.1 204 No Content\r\n\r\n', answer()],
  'a redirection': ['HTTP/1.1 301 Moved\r\nContent-Length: 0\r\n\r\n', answer()],
  chunks: [`${ok}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`, answer()],
  'half a chunk': [`${ok}Transfer-Encoding: chunked\r\n\r\n3\r\nab`, more],
  'chunks without the last': [`${ok}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n`, more],
  'the server closes': [`${ok}Content-Length: 0\r\nConnection: close\r\n\r\n`, answer('', true)],
  'HTTP/1.0': ['HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n', answer('', true)],
  'a body up to the end of the connection': [`${ok}\r\nab`, answer('', true)],
  'an error': ['HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n', { is: 'wrong', problem: 'it answers with status 503' }],
  'something else': ['SSH-2.0-x\r\n\r\n', { is: 'wrong', problem: "it answers 'SSH-2.0-x'" }],
};
for (const [title, [received, reading]] of Object.entries(http)) {
  test(`HTTP: ${title}`, (t) => t.deepEqual(readHttp(received), reading));
}
