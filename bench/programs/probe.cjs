// A client that asks every INTERVAL ms, each time on a connection of its own, whether or not earlier requests were answered.
// Prints a line for each request when it is over: sent (µs), took (µs), ok (1 or 0), answer.
//
//   node probe.cjs INTERVAL TIMEOUT http://10.77.0.60/    or    redis://10.77.0.50:6379/key  (an INCR: only the active one takes it)
'use strict';
const net = require('node:net');
const { now } = require('./clock.cjs');

const [interval, timeout] = process.argv.slice(2, 4).map(Number);
const url = new URL(process.argv[4]);
const redis = url.protocol === 'redis:';
const port = Number(url.port || 80);
const request = redis
  ? `INCR ${url.pathname.slice(1)}\r\n`
  : `GET ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\nConnection: close\r\n\r\n`;

/** The answer, undefined while it isn't whole. */
function answerIn(reply) {
  if (redis) return reply.endsWith('\r\n') ? [reply.startsWith(':'), reply.trim()] : undefined;
  const body = reply.indexOf('\r\n\r\n');
  if (body < 0 || reply.length === body + 4) return undefined;
  return [reply.startsWith('HTTP/1.1 200'), reply.slice(body + 4).trim()];
}

function ask() {
  const at = now();
  let reply = '';
  const socket = net.connect({ host: url.hostname, port });
  let over = false;
  const end = (ok, answer) => {
    if (over) return;
    over = true;
    clearTimeout(timer);
    socket.destroy();
    process.stdout.write(`${at} ${now() - at} ${ok ? 1 : 0} ${answer}\n`);
  };
  const timer = setTimeout(() => end(false, 'timeout'), timeout);
  socket.on('error', (error) => end(false, error.code));
  socket.on('close', () => end(false, 'closed'));
  socket.on('connect', () => socket.write(request));
  socket.on('data', (chunk) => {
    reply += chunk.toString('latin1');
    const answer = answerIn(reply);
    if (answer) end(...answer);
  });
}

// Its own pacing: setInterval would round, and drift, at 1 ms.
let next = now();
function tick() {
  while (now() >= next) {
    ask();
    next += interval * 1000;
    if (now() - next > 50_000) next = now(); // the machine stood still: don't make up for it in one burst
  }
  setTimeout(tick, Math.max(0, (next - now()) / 1000));
}
tick();
