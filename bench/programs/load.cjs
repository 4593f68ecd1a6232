// A client that sends RATE requests a second, whether or not earlier ones were answered, over keep-alive connections as a
// neighbour's HTTP client would. On SIGTERM, or when stdin ends, it waits for what is still open and prints: sent, lost, and why.
//
//   node load.cjs RATE TIMEOUT http://10.77.0.60/
'use strict';
const http = require('node:http');
const { now } = require('./clock.cjs');

const [rate, timeout] = process.argv.slice(2, 4).map(Number);
const agent = new http.Agent({ keepAlive: true, maxSockets: 64, scheduling: 'lifo' });
const reasons = new Map();
let sent = 0;
let lost = 0;
let open = 0;

function ask() {
  sent += 1;
  open += 1;
  let over = false;
  const end = (reason) => {
    if (over) return;
    over = true;
    open -= 1;
    if (reason === undefined) return;
    lost += 1;
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  };
  const request = http.get(process.argv[4], { agent, timeout }, (response) => {
    response.resume();
    response.on('end', () => end(response.statusCode === 200 ? undefined : `status ${response.statusCode}`));
    response.on('error', (error) => end(error.code));
  });
  request.on('timeout', () => request.destroy(Object.assign(new Error('timeout'), { code: 'timeout' })));
  request.on('error', (error) => end(error.code ?? error.message));
}

let next = now();
function tick() {
  while (now() >= next) {
    ask();
    next += 1e6 / rate;
    if (now() - next > 100_000) next = now(); // the machine stood still: don't make up for it in one burst
  }
  timer = setTimeout(tick, 1);
}
let timer = setTimeout(tick, 0);
process.stdout.write('started\n');

process.stdin.resume();
process.stdin.on('end', () => {
  clearTimeout(timer);
  const finish = () => {
    if (open > 0) return setTimeout(finish, 10);
    process.stdout.write(`${JSON.stringify({ sent, lost, reasons: Object.fromEntries(reasons) })}\n`, () =>
      process.exit(0),
    );
  };
  finish();
});
