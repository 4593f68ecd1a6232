/** What each channel is built on, asked without us: what a write can cost at least. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fdatasync, mkdtempSync, openSync, rmSync, write } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { createClient } from '@redis/client';
import pg from 'pg';
import type { Ground } from '../sync-check/channels.ts';
import { type Ask, latencies, rates } from './asked.ts';

export interface Measured {
  readonly latencies: readonly number[];
  /** A second. */
  readonly rates: readonly number[];
}

export interface Counts {
  readonly questions: number;
  readonly windows: number;
}

export interface Floor {
  readonly who: string;
  readonly measure: (ground: Ground, counts: Counts) => Promise<Measured>;
}

const value = Buffer.alloc(100, 'x');

async function measured(ask: Ask, { questions, windows }: Counts): Promise<Measured> {
  return { latencies: await latencies(ask, questions), rates: await rates(ask, windows) };
}

/** A program of bench/programs, by what it prints first. */
async function programLine(command: readonly string[]): Promise<{ child: ChildProcess; line: string }> {
  const [program, ...args] = command;
  const child = spawn(program!, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const line = await Promise.race([
    once(createInterface(child.stdout), 'line').then(([text]) => String(text)),
    once(child, 'exit').then(() => Promise.reject(new Error(`${command.join(' ')} has ended`))),
  ]);
  return { child, line };
}

const programs = path.resolve(import.meta.dirname, '../programs');

const tcp: Floor = {
  who: 'a bare TCP round trip',
  async measure(_, counts) {
    const { child, line } = await programLine([process.execPath, path.join(programs, 'echo.cjs')]);
    try {
      const socket = connect(Number(line), '127.0.0.1');
      await once(socket, 'connect');
      socket.setNoDelay(true);
      const waiting: (() => void)[] = [];
      let missing = 0;
      socket.on('data', (data) => {
        for (missing += data.length; missing >= value.length; missing -= value.length) waiting.shift()?.();
      });
      const ask = (): Promise<void> => {
        socket.write(value);
        return new Promise((resolve) => waiting.push(resolve));
      };
      const result = await measured(ask, counts);
      socket.destroy();
      return result;
    } finally {
      child.kill('SIGKILL');
    }
  },
};

const cpg: Floor = {
  who: 'a bare CPG round trip',
  async measure({ enter, names }, { questions, windows }) {
    const on = (node: string, ...args: string[]): string[] => [
      ...enter!(node),
      process.execPath,
      `--import=${import.meta.resolve('tsx')}`,
      path.join(programs, 'cpg.ts'),
      ...args,
    ];
    const answering = await programLine(on(names[1]!, 'answer'));
    try {
      const { line } = await programLine(on(names[0]!, 'ask', String(questions), String(windows)));
      return JSON.parse(line) as Measured;
    } finally {
      answering.child.kill('SIGKILL');
    }
  },
};

/** What many ask for at the same time goes to the disk together. */
const file: Floor = {
  who: 'a bare write and fdatasync of a file',
  async measure(_, counts) {
    const folder = mkdtempSync(path.join(tmpdir(), 'vnfha-bench-'));
    const descriptor = openSync(path.join(folder, 'log'), 'w');
    const [writing, syncing] = [promisify(write), promisify(fdatasync)];
    let waiting: (() => void)[] = [];
    let busy = false;
    async function flush(): Promise<void> {
      busy = true;
      while (waiting.length > 0) {
        const these = waiting;
        waiting = [];
        await writing(descriptor, Buffer.concat(these.map(() => value)));
        await syncing(descriptor);
        for (const done of these) done();
      }
      busy = false;
    }
    try {
      return await measured(
        () =>
          new Promise<void>((resolve) => {
            waiting.push(resolve);
            if (!busy) void flush();
          }),
        counts,
      );
    } finally {
      closeSync(descriptor);
      rmSync(folder, { recursive: true });
    }
  },
};

const redis: Floor = {
  who: 'a bare SET in the same Redis',
  async measure({ store }, counts) {
    const client = createClient({ socket: { path: store!.socket, tls: false } });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await measured((n) => client.set(`bare/${n % 1000}`, value), counts);
    } finally {
      client.destroy();
    }
  },
};

const postgresql: Floor = {
  who: 'a bare upsert in the same PostgreSQL',
  async measure({ store }, counts) {
    const pool = new pg.Pool({ host: path.dirname(store!.socket), user: 'vnfha', database: 'postgres', max: 32 });
    try {
      await pool.query('CREATE TABLE IF NOT EXISTS bare (key text PRIMARY KEY, value bytea)');
      const text = 'INSERT INTO bare VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value';
      return await measured((n) => pool.query({ name: 'bare', text, values: [`bare/${n % 1000}`, value] }), counts);
    } finally {
      await pool.end();
    }
  },
};

/** By the channel's name. */
export const floors: Readonly<Record<string, Floor>> = {
  direct: tcp,
  messages: cpg,
  'shared-storage': file,
  'checkpoint-redis': redis,
  'checkpoint-postgresql': postgresql,
};
