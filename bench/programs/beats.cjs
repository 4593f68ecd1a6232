// The floor of a supervisor and a bridge: a bare Node that asks a Redis and an nginx of this node every 100 ms, over connections that stay,
// sends a datagram to each other node, takes theirs, and does nothing else.
//
//   node beats.cjs ADDRESS ADDRESS
'use strict';
const net = require('node:net');
const dgram = require('node:dgram');

const ask = [
  [6379, 'PING\r\n'],
  [8080, 'GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'],
].map(([service, question]) => {
  const socket = net.connect(service, '127.0.0.1');
  socket.on('data', () => undefined);
  return () => socket.write(question);
});
const port = 17_999;
const udp = dgram.createSocket('udp4').on('message', () => undefined);
udp.bind(port);
setInterval(() => {
  for (const one of ask) one();
  for (const address of process.argv.slice(2)) udp.send('x'.repeat(40), port, address, () => undefined);
}, 100);
