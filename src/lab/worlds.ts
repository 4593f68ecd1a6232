/**
 * The labs of this machine. A running lab is a directory /run/vnfha-lab/NAME and a world; a directory without its world is what
 * a crash left over.
 */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../process/failure.ts';
import { nameOf } from '../process/named.ts';
import { writeLine } from './lines.ts';
import { initOf, parentOf, startTimeOf, watchLife } from './processes.ts';
import type { LabReply, LabRequest, WorldIdentity } from './protocol.ts';

const labs = '/run/vnfha-lab';

/**
 * The state directory of a lab. It is removed with all that is in it, so no name leads out of /run/vnfha-lab.
 * @throws Failure 'usage' for what cannot be a name
 */
export function directoryOf(name: string): string {
  if (/^[a-z0-9][a-z0-9-]{0,31}$/.test(name)) return path.join(labs, name);
  throw new Failure('usage', `'${name}' cannot be the name of a lab`, {
    cure: 'Use up to 32 small letters, digits and dashes.',
  });
}

/** Names of the labs that are up. */
export function runningLabs(): string[] {
  if (!existsSync(labs)) return [];
  return readdirSync(labs).filter((name) => worldOf(name) !== undefined);
}

/** The pid of a running lab's world, or undefined if it isn't up. */
export function worldOf(name: string): number | undefined {
  try {
    const file = path.join(directoryOf(name), 'world.json');
    const { pidNamespace, started } = JSON.parse(readFileSync(file, 'utf8')) as WorldIdentity;
    const pid = initOf(pidNamespace);
    return pid !== undefined && startTimeOf(pid) === started ? pid : undefined;
  } catch {
    return undefined; // no such lab, or one that is just beginning or ending
  }
}

/** Ends a lab, if it is up, and removes what it, or a crash, left. Returns whether it was up. */
export async function endWorld(name: string): Promise<boolean> {
  const pid = worldOf(name);
  if (pid !== undefined) {
    // and the unshare that made it, which is in the world's namespaces, too, and ends a moment later
    const maker = parentOf(pid);
    const lives = [pid, ...(maker !== undefined && nameOf(String(maker)) === 'unshare' ? [maker] : [])].map(watchLife);
    process.kill(pid, 'SIGKILL');
    while (lives.some((runs) => runs())) await delay(10);
  }
  rmSync(directoryOf(name), { recursive: true, force: true });
  return pid !== undefined;
}

/**
 * Asks a lab's world.
 * @throws Failure 'lab' when it is not up, or says no
 */
export async function askWorld<T>(name: string, request: LabRequest): Promise<T> {
  const reply = await new Promise<LabReply<T>>((resolve, reject) => {
    const socket = createConnection(path.join(directoryOf(name), 'lab.sock'));
    let text = '';
    socket.on('connect', () => writeLine(socket, request));
    socket.on('data', (data) => (text += data.toString()));
    socket.on('error', (cause) => reject(notUp(name, cause)));
    socket.on('end', () => {
      if (text === '') reject(notUp(name));
      else resolve(JSON.parse(text) as LabReply<T>);
    });
  });
  if (reply.ok) return reply.value;
  throw new Failure('lab', reply.message);
}

const notUp = (name: string, cause?: unknown): Failure =>
  new Failure('lab', `the lab '${name}' is not up`, {
    cure: "Start it with 'vnfha lab up', or see 'vnfha lab list'.",
    ...(cause === undefined ? {} : { cause }),
  });
