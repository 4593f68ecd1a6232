/**
 * The outside world of the demo: a client that asks each target every 20 ms, whether or not earlier requests have been answered,
 * and prints a JSON line for each request when it is over. Runs in the lab's client host, as built:
 *
 *   node /usr/lib/vnfha/lab/traffic.cjs http://10.77.0.60/ redis://10.77.0.50:6379/demo put://10.77.0.70:5080/
 */
import net from 'node:net';
import { messageOf } from '../process/failure.ts';
import { nowMicros } from '../process/log.ts';
import type { Sample } from './sample.ts';

const intervalMs = 20;
const timeoutMs = 1000;

/** A reply read so far -> the answer, undefined while it isn't whole; throws when it is a refusal. */
type Reader = (reply: string) => string | undefined;

/** Sends `request` on a connection of its own and resolves with the answer. */
function ask(host: string, port: number, request: string, read: Reader): Promise<string> {
  return new Promise((resolve, reject) => {
    let reply = '';
    const socket = net.connect({ host, port });
    const end = (settle: () => void) => {
      clearTimeout(timer);
      socket.destroy();
      settle();
    };
    const timer = setTimeout(() => end(() => reject(new Error('timeout'))), timeoutMs);
    socket.on('error', (error) => end(() => reject(error)));
    socket.on('close', () => end(() => reject(new Error('closed'))));
    socket.on('connect', () => socket.write(request));
    socket.on('data', (chunk) => {
      reply += chunk.toString('latin1');
      try {
        const answer = read(reply);
        if (answer !== undefined) end(() => resolve(answer));
      } catch (error) {
        end(() => reject(new Error(messageOf(error))));
      }
    });
  });
}

/** A GET that must be answered 200; the answer is the body's first line. */
const readHttp: Reader = (reply) => {
  const body = reply.indexOf('\r\n\r\n');
  if (body < 0 || reply.length === body + 4) return undefined;
  if (!reply.startsWith('HTTP/1.1 200')) throw new Error(reply.slice(0, 20));
  return reply
    .slice(body + 4)
    .split('\n')[0]!
    .trim();
};

/** An INCR that must be answered with a number: a write that only the active instance takes. */
const readRedis: Reader = (reply) => {
  if (!reply.endsWith('\r\n')) return undefined;
  if (!reply.startsWith(':')) throw new Error(reply.trim());
  return reply.slice(1).trim();
};

let written = 0;

/** A PUT of a new key, which is the answer. */
async function put({ hostname, port, host, pathname }: URL): Promise<string> {
  written += 1;
  const key = String(written);
  const head = `PUT ${pathname}${key} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n`;
  await ask(hostname, Number(port), `${head}Content-Length: ${key.length}\r\n\r\n${key}`, readHttp);
  return key;
}

function askTarget(url: URL): Promise<string> {
  if (url.protocol === 'redis:')
    return ask(url.hostname, Number(url.port), `INCR ${url.pathname.slice(1)}\r\n`, readRedis);
  if (url.protocol === 'put:') return put(url);
  const head = `GET ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\nConnection: close\r\n\r\n`;
  return ask(url.hostname, Number(url.port || 80), head, readHttp);
}

async function probe(target: string): Promise<void> {
  const at = nowMicros();
  const outcome = await askTarget(new URL(target)).then(
    (answer) => ({ ok: true, answer }),
    (error: Error) => ({ ok: false, answer: error.message }),
  );
  const sample: Sample = { at, target, micros: nowMicros() - at, ...outcome };
  process.stdout.write(JSON.stringify(sample) + '\n');
}

for (const target of process.argv.slice(2)) setInterval(() => void probe(target), intervalMs);
