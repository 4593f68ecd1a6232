/** Real sidecars as processes: started, killed, frozen, and spoken to. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { build } from 'esbuild';
import { stringify } from 'yaml';
import type { InstanceStatus, Unsure } from '../../src/sync/status.ts';
import { createSyncClient, type SyncClient } from '../../src/sync/client.ts';

export interface Sidecar {
  readonly name: string;
  readonly socket: string;
  readonly client: SyncClient;
  readonly log: string;
  readonly pid: number;
  start(): Promise<void>;
  /** kill -9, and gone. */
  kill(): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  role(role: 'standby' | 'active', epoch?: number, unsure?: Unsure): Promise<InstanceStatus>;
}

export interface Sidecars {
  readonly all: readonly Sidecar[];
  readonly folder: string;
  end(): Promise<void>;
}

const root = resolve(import.meta.dirname, '../..');

let built: Promise<string> | undefined;

/** `vnfha` as a bundle, made once; in `folder`/cli, the path of its main file. */
async function buildCli(folder: string): Promise<string> {
  built ??= bundleCli();
  symlinkSync(await built, join(folder, 'cli'));
  return join(folder, 'cli/vnfha.mjs');
}

/** Its folder, which goes with this process. */
async function bundleCli(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'sync-cli-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  await build({
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    splitting: true,
    external: ['koffi'],
    entryPoints: { vnfha: 'src/cli/main.ts' },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    banner: { js: "import { createRequire as r } from 'node:module'; const require = r(import.meta.url);" },
    logLevel: 'warning',
  });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules')); // koffi is there
  return folder;
}

/**
 * One sidecar for each name, with the channel's configuration for it. `folder`: short, for the sockets' sake. `enter`: what its command begins
 * with, where it runs on a node of its own.
 */
export async function makeSidecars(
  folder: string,
  names: readonly string[],
  channel: (name: string) => object,
  enter: (name: string) => readonly string[] = () => [],
): Promise<Sidecars> {
  const cli = await buildCli(folder);
  const all = names.map((name) =>
    makeSidecar(folder, [...enter(name), process.execPath, cli], name, names, channel(name)),
  );
  return { all, folder, end: async () => void (await Promise.all(all.map((each) => each.kill()))) };
}

function makeSidecar(
  folder: string,
  command: readonly string[],
  name: string,
  instances: readonly string[],
  channel: object,
): Sidecar {
  const at = (kind: string): string => join(folder, `${name}.${kind}`);
  const socket = at('sock');
  const config = {
    name: 'check',
    node: name,
    instances,
    socket,
    control: at('control'),
    epochFile: at('epoch'),
    channel,
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(at('yaml'), stringify(config));
  const client = createSyncClient(socket, 8000);
  const control = createSyncClient(at('control'), 20_000);
  let child: ChildProcess | undefined;

  return {
    name,
    socket,
    client,
    log: at('log'),
    get pid() {
      return child!.pid!;
    },
    async start() {
      const log = openSync(at('log'), 'a');
      // it doesn't outlive this process
      const started = spawn('setpriv', ['--pdeathsig=KILL', ...command, 'sync', at('yaml')], { stdio: ['ignore', 'ignore', log] }); // prettier-ignore
      closeSync(log);
      child = started;
      for (let tries = 0; tries < 400; tries += 1) {
        if (started.exitCode !== null) throw new Error(`${name} ended with ${started.exitCode}: see ${at('log')}`);
        if ((await client.status().catch(() => undefined)) !== undefined) return;
        await delay(50);
      }
      throw new Error(`${name} does not answer: see ${at('log')}`);
    },
    async kill() {
      client.close();
      control.close();
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
    signal: (signal) => void child!.kill(signal),
    role: (role, epoch, unsure) => control.role(role, epoch, unsure),
  };
}
