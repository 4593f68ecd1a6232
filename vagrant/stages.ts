/** The two labs as the scenarios see them: in namespaces, and on the machines of `vagrant up`. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { Lab } from '../src/lab/lab.ts';
import { readDescription } from '../src/model/load.ts';
import { paths } from '../src/model/names.ts';
import type { Vnf } from '../src/model/vnf.ts';
import { Failure } from '../src/process/failure.ts';

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Stage {
  readonly what: string;
  /** Its machines do what is done to them at once. */
  readonly quick: boolean;
  readonly vnf: Vnf;
  /** Runs a program on a node or the client, as root. */
  exec(where: string, argv: readonly string[], timeoutMs?: number): Promise<Ended>;
  /** Pulls a node's plug. */
  cut(node: string): Promise<void>;
  /** After it was fenced: puts the plug back, where fencing doesn't. */
  plug(node: string): Promise<void>;
  end(): Promise<void>;
}

/** A lab in namespaces that ends with the stage. */
export async function namespaces(): Promise<Stage> {
  const lab = await Lab.up({ name: `scenarios-${process.pid}` });
  const text = await lab.readFile('node1', paths.description);
  return {
    what: 'namespaces',
    quick: true,
    vnf: readDescription(text, paths.description).vnf!,
    exec: (where, argv, timeout = 60_000) => lab.exec(where, argv, { timeout }),
    cut: (node) => lab.kill(node),
    plug: () => Promise.resolve(), // the lab's power switch does
    end: () => lab.down(),
  };
}

/** The machines of vagrant/Vagrantfile, which are up, and stay so. */
export function machines(): Promise<Stage> {
  const here = import.meta.dirname;
  const description = path.join(here, '.lab/node1/files', paths.description);
  const folder = mkdtempSync(path.join(tmpdir(), 'vnfha-ssh-'));
  const config = path.join(folder, 'config');
  const plan = JSON.parse(readFileSync(path.join(here, '.lab/plan.json'), 'utf8')) as { hosts: { name: string; autostart: boolean }[] }; // prettier-ignore
  const up = plan.hosts.flatMap(({ name, autostart }) => (autostart ? [name] : [])); // of one that isn't up Vagrant has no word
  const words = execFileSync('vagrant', ['ssh-config', ...up], { cwd: here, encoding: 'utf8' });
  writeFileSync(config, words, { mode: 0o600 });
  const shared = ['-o', 'ControlMaster=auto', '-o', `ControlPath=${folder}/%h-%p`, '-o', 'ControlPersist=60', '-o', 'LogLevel=ERROR']; // prettier-ignore
  const virtualbox = process.env.VAGRANT_DEFAULT_PROVIDER === 'virtualbox';
  return Promise.resolve({
    what: 'virtual machines',
    quick: false,
    vnf: readDescription(readFileSync(description, 'utf8'), description).vnf!,
    async exec(where, argv, timeout = 60_000) {
      const command = ['sudo', '--', ...argv].map(quoted).join(' ');
      const result = await execa('ssh', ['-F', config, ...shared, '-o', 'ConnectTimeout=10', where, command], {
        timeout,
        reject: false,
      });
      if (result.exitCode === undefined) throw new Failure('timeout', `'${argv.join(' ')}' on ${where} did not end`);
      return { code: result.exitCode, stdout: result.stdout, stderr: result.stderr };
    },
    async cut(node) {
      if (virtualbox) await execa('VBoxManage', ['controlvm', node, 'poweroff']);
      else await execa('virsh', ['--connect', 'qemu:///system', 'destroy', node]);
    },
    async plug(node) {
      if (virtualbox) await execa('VBoxManage', ['startvm', node, '--type', 'headless']);
      // fence_virtd's 'reboot' of a machine that is off leaves it off
      else await execa('virsh', ['--connect', 'qemu:///system', 'start', node]);
    },
    end() {
      rmSync(folder, { recursive: true, force: true });
      return Promise.resolve();
    },
  });
}

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
