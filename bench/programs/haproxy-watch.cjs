// Asks a HAProxy for its servers' state every millisecond, on one connection, and prints a line for every change:
// at (µs, when the answer was read), backend/server, in or out. Out: down by its check, in maintenance, or drained.
//
//   node haproxy-watch.cjs SOCKET
'use strict';
const net = require('node:net');
const { now } = require('./clock.cjs');

const known = new Map();

function take(text) {
  const at = now();
  for (const row of text.split('\n')) {
    const fields = row.split(' ');
    if (fields.length < 8 || row.startsWith('#')) continue;
    const [, backend, , server, , operational, admin] = fields;
    const says =
      operational === '0' || (Number(admin) & (0x01 | 0x02 | 0x08 | 0x10 | 0x20 | 0x40)) !== 0 ? 'out' : 'in';
    const key = `${backend}/${server}`;
    if (known.get(key) === says) continue;
    known.set(key, says);
    process.stdout.write(`${at} ${key} ${says}\n`);
  }
}

function connect() {
  let text = '';
  const socket = net.connect(process.argv[2]);
  socket.setEncoding('latin1');
  const ask = () => socket.write('show servers state\n');
  socket.on('connect', () => {
    socket.write('prompt; set timeout cli 1d\n');
    process.stderr.write('connected\n');
    ask();
  });
  socket.on('data', (chunk) => {
    text += chunk;
    if (!text.endsWith('\n> ')) return;
    if (text.includes('# be_id')) {
      take(text);
      setTimeout(ask, 1);
    }
    text = '';
  });
  socket.on('error', () => undefined);
  socket.on('close', () => setTimeout(connect, 5));
}
connect();
