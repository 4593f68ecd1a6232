// What there is on a node, a JSON line every 200 ms: its addresses, whether its web answers, and which servers its HAProxy has in rotation (null: no
// HAProxy answers).
//
//   node torture-watch.cjs HAPROXY_SOCKET BACKEND
'use strict';
const http = require('node:http');
const net = require('node:net');
const { networkInterfaces } = require('node:os');
const { now } = require('./clock.cjs');

const [socketPath, backend] = process.argv.slice(2);
const limitMs = 400;

const web = () =>
  new Promise((resolve) => {
    const asked = http.get('http://127.0.0.1:8080/health', { timeout: limitMs, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(false));
  });

const rotation = () =>
  new Promise((resolve) => {
    let text = '';
    const socket = net.connect(socketPath, () => socket.write('show stat\n'));
    socket.setTimeout(limitMs, () => socket.destroy());
    socket.on('data', (chunk) => (text += chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      const rows = text.split('\n').map((line) => line.split(','));
      const servers = rows.filter(([name, server]) => name === backend && server !== 'BACKEND');
      resolve(servers.length === 0 ? null : servers.filter((row) => row[17].startsWith('UP')).map((row) => row[1]));
    });
  });

async function look() {
  const at = now() / 1000;
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all.map(({ address }) => address));
  const [answers, inRotation] = await Promise.all([web(), rotation()]);
  console.log(JSON.stringify({ at, addresses, web: answers, rotation: inRotation }));
}
setInterval(look, 200);
