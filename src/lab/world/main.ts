/**
 * The world of a lab: pid 1's only child in namespaces of its own. It makes the switches, powers the hosts, and is the power
 * switch that the fence agent talks to. When it ends, the kernel ends everything in it.
 */
import { appendFileSync, cpSync, mkdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Failure, messageOf } from '../../process/failure.ts';
import { createLog } from '../../process/log.ts';
import { onLines, writeLine } from '../lines.ts';
import type { LabReply, LabRequest, WorldConfig, WorldEvent, WorldIdentity } from '../protocol.ts';
import { startTimeOf } from '../processes.ts';
import { serveFencing } from './fencing.ts';
import { Machines } from './machines.ts';
import { serveLines } from './server.ts';
import { makeSwitches, mountPrivate, unmount } from './setup.ts';

let detached = false;
let config: WorldConfig | undefined;

const tell = (event: WorldEvent) => {
  if (!detached) writeLine(process.stdout, event);
};
process.stdout.on('error', () => undefined);
process.stdin.on('end', () => {
  if (!detached) end();
});
process.on('uncaughtException', (error) => {
  tell({ event: 'failed', message: messageOf(error) });
  end();
});
onLines<WorldConfig | 'detach'>(process.stdin, (value) => {
  if (value === 'detach') detached = true;
  else void up(value);
});

/** Nobody is there to clean up after a world that ends by itself. */
function end(): never {
  if (config !== undefined) removeState(config.directory);
  process.exit(1);
}

function removeState(directory: string): void {
  unmount(path.join(directory, 'disks'));
  rmSync(directory, { recursive: true, force: true });
}

async function up(given: WorldConfig): Promise<void> {
  try {
    claim(given);
    config = given;
    const disks = path.join(given.directory, 'disks');
    mountPrivate(disks);
    const log = createLog('lab', (line) => appendFileSync(path.join(disks, 'world.log'), line));
    const lower = layers(given, disks);
    makeSwitches(given.switches);
    const machines = new Machines(given, disks, lower, log);
    const fencings = serveFencing(path.join(disks, 'fence.sock'), machines, given.bootDelayMs, log);
    await serveLines<LabRequest, LabReply>(path.join(given.directory, 'lab.sock'), async (request) => {
      try {
        return { ok: true, value: await machines.answer(request, fencings) };
      } catch (error) {
        log.warn('request failed', { request, error: messageOf(error) });
        return { ok: false, message: messageOf(error) };
      }
    });
    tell({ event: 'progress', text: `powering on ${given.hosts.length - 1} nodes and a client` });
    await Promise.all(given.hosts.map((host) => machines.boot(host.name)));
    tell({ event: 'up' });
  } catch (error) {
    tell({ event: 'failed', message: messageOf(error) });
    setTimeout(end, 100); // the owner reads why
  }
}

/** The directory is this world's if it could be made: of two labs of one name, one fails here. */
function claim({ directory, name }: WorldConfig): void {
  mkdirSync(path.dirname(directory), { recursive: true, mode: 0o755 });
  try {
    mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new Failure('lab', `a lab '${name}' is being started already`);
  }
  const identity: WorldIdentity = { pidNamespace: readlinkSync('/proc/self/ns/pid'), started: startTimeOf(1)! };
  writeFileSync(path.join(directory, 'world.json'), JSON.stringify(identity));
  mkdirSync(path.join(directory, 'disks'));
}

/**
 * The overlay layers of every host: the lab's fence agent and what boots VMs, the artefact, the machine's own root. The artefact is copied, since a
 * build may replace it while the lab is up.
 */
function layers({ artefact, copies }: WorldConfig, disks: string): string[] {
  const programs = path.dirname(process.argv[1]!);
  const lab = path.join(disks, 'lab');
  mkdirSync(path.join(lab, 'usr/sbin'), { recursive: true });
  const agent = readFileSync(path.join(programs, 'fence_vnfha_lab.cjs'), 'utf8');
  writeFileSync(path.join(lab, 'usr/sbin/fence_vnfha_lab'), `#!/usr/bin/env node\n${agent}`, { mode: 0o755 });
  for (const { from, to } of copies) {
    mkdirSync(path.dirname(path.join(lab, to)), { recursive: true });
    cpSync(from, path.join(lab, to));
  }
  cpSync(path.join(programs, 'node.cjs'), path.join(disks, 'node.cjs'));
  if (artefact === undefined) return [lab, '/'];
  cpSync(artefact, path.join(disks, 'artefact'), { recursive: true, verbatimSymlinks: true });
  return [lab, path.join(disks, 'artefact'), '/'];
}
