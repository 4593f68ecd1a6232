// A registrar in a few lines: who is where. It keeps nothing itself: what it answers with 200 is in its sidecar's state, and on a standby.
//
//   node registrar.mjs PORT SOCKET
//   curl -X PUT --data sip:alice@10.0.0.7 http://10.79.0.50:5080/alice     # 200 once a standby has it, too
//   curl http://10.79.0.50:5080/alice
//
// On a standby every request fails, by the sidecar's word: it has no role of its own.
import { createServer, request } from 'node:http';

const [port, socketPath] = process.argv.slice(2);
const methods = ['GET', 'PUT', 'DELETE'];

createServer((asked, answer) => {
  const fail = (status, why) => answer.headersSent ? answer.destroy() : answer.writeHead(status).end(`${why}\n`); // prettier-ignore
  if (asked.url === '/health') return answer.end('it runs\n');
  if (!methods.includes(asked.method)) return fail(405, `there is no ${asked.method}`);
  const level = asked.method === 'GET' ? '' : '?level=standby';
  const path = `/v1/keys/binding%2F${encodeURIComponent(asked.url.slice(1))}${level}`;
  const sent = request({ socketPath, method: asked.method, path }, (said) => {
    answer.writeHead(said.statusCode, { 'content-type': said.headers['content-type'] ?? 'text/plain' });
    said.pipe(answer);
  });
  sent.on('error', (error) => fail(502, error.message));
  asked.pipe(sent);
}).listen(Number(port));
