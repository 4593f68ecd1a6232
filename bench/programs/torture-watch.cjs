// What there is on a host, a JSON line every 200 ms: its addresses, which servers answer, and which its HAProxy has in rotation (null: no
// HAProxy answers). A server is called BACKEND/SERVER.
//
//   node torture-watch.cjs '{"haproxy":"SOCKET","backends":["BACKEND"],"servers":{"BACKEND/SERVER":"http://…" or "tcp://HOST:PORT"}}'
'use strict';
const http = require('node:http');
const net = require('node:net');
const { networkInterfaces } = require('node:os');
const { now } = require('./clock.cjs');

const { haproxy, backends, servers } = JSON.parse(process.argv[2]);
const limitMs = 400;

const getAnswers = (url) =>
  new Promise((resolve) => {
    const asked = http.get(url, { timeout: limitMs, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(false));
  });

/** A Redis that answers PING. */
const pingAnswers = ({ hostname, port }) =>
  new Promise((resolve) => {
    const socket = net.connect(Number(port), hostname, () => socket.write('PING\r\n'));
    const end = (answers) => {
      socket.destroy();
      resolve(answers);
    };
    socket.setTimeout(limitMs, () => end(false));
    socket.on('data', (data) => end(data.toString().startsWith('+PONG')));
    socket.on('error', () => end(false));
    socket.on('close', () => end(false));
  });

const rotation = () =>
  new Promise((resolve) => {
    let text = '';
    const socket = net.connect(haproxy, () => socket.write('show stat\n'));
    socket.setTimeout(limitMs, () => socket.destroy());
    socket.on('data', (chunk) => (text += chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      const rows = text.split('\n').map((line) => line.split(','));
      const known = rows.filter(([name, server]) => backends.includes(name) && server !== 'BACKEND');
      const up = known.filter((row) => row[17].startsWith('UP'));
      resolve(known.length === 0 ? null : up.map(([backend, server]) => `${backend}/${server}`));
    });
  });

async function look() {
  const at = now() / 1000;
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all.map(({ address }) => address));
  const asked = Object.entries(servers).map(async ([server, url]) => {
    const where = new URL(url);
    return [server, await (where.protocol === 'http:' ? getAnswers(where) : pingAnswers(where))];
  });
  const [inRotation, ...answers] = await Promise.all([rotation(), ...asked]);
  console.log(JSON.stringify({ at, addresses, answers: Object.fromEntries(answers), rotation: inRotation }));
}
setInterval(look, 200);
