/**
 * A stand-in for the bridge's own door: `node --import tsx fake-bridge.ts SOCKET FILE [ERROR]` answers POST /haproxy/prepare by
 * writing a small configuration to FILE, or with ERROR.
 */
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';

const [socket, file, error] = process.argv.slice(2) as [string, string, string | undefined];
const configuration = `
global
    stats socket /run/vnfha/haproxy.sock mode 660 level admin
defaults
    mode http
    timeout connect 1s
    timeout client 60s
    timeout server 60s
frontend in
    bind 127.0.0.1:7004
    http-request return status 200
`;
createServer((request, response) => {
  const known = `${request.method} ${request.url}` === 'POST /haproxy/prepare';
  if (known && error === undefined) writeFileSync(file, configuration);
  const status = !known ? 404 : error === undefined ? 200 : 503;
  response.writeHead(status).end(JSON.stringify(error === undefined ? { file } : { error }));
}).listen(socket, () => process.stdout.write('ready\n'));
