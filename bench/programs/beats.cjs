// The floor of a supervisor: a bare Node that asks a Redis and an nginx of this node every 100 ms, over connections that stay, and sends
// a datagram to each of two nodes, and does nothing else.
//
//   node beats.cjs ADDRESS ADDRESS
'use strict';
const net = require('node:net');
const dgram = require('node:dgram');

const ask = [
  [6379, 'PING\r\n'],
  [8080, 'GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'],
].map(([port, question]) => {
  const socket = net.connect(port, '127.0.0.1');
  socket.on('data', () => undefined);
  return () => socket.write(question);
});
const udp = dgram.createSocket('udp4');
setInterval(() => {
  for (const one of ask) one();
  for (const address of process.argv.slice(2)) udp.send('x'.repeat(40), 9, address, () => undefined);
}, 100);
