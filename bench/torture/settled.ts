/** Whether all is as described when nothing is struck any more. */
import { setTimeout as delay } from 'node:timers/promises';
import { unwell } from '../../src/demo/cluster.ts';
import type { Lab } from '../../src/lab/lab.ts';
import { paths } from '../../src/model/names.ts';
import type { Vnf } from '../../src/model/vnf.ts';
import { messageOf } from '../../src/process/failure.ts';
import type { Subject } from './subjects.ts';

export interface Watched {
  readonly lab: Lab;
  readonly vnf: Vnf;
  readonly subject: Subject;
  /** The servers to which a node's HAProxy sends requests, as BACKEND/SERVER; undefined: none answers. */
  readonly rotation: (node: string) => readonly string[] | undefined;
}

export interface Settled {
  readonly heals: number;
  readonly incidents: number;
  readonly violations: readonly string[];
}

export const vnfmAddress = '10.77.0.100:9890';
const endMs = 240_000;

/** Waits for it; what is missing, if that is in vain. */
export async function allWell(watched: Watched): Promise<string | undefined> {
  const { lab, vnf } = watched;
  const end = performance.now() + endMs;
  for (;;) {
    const missing = [...unwell(await lab.cluster(), vnf), ...(await outOfRotation(watched))];
    if (missing.length === 0) return undefined;
    if (performance.now() > end) return `after ${endMs / 1000} s still: ${missing.join('; ')}`;
    await delay(500);
  }
}

/** By each HAProxy, and by its bridge: what should be, HAProxy's memory, its file. */
async function outOfRotation({ lab, subject, rotation }: Watched): Promise<string[]> {
  const wanted = Object.keys(subject.servers);
  const each = subject.balancers.map(async (node) => {
    const now = rotation(node);
    const away = now === undefined ? [`no HAProxy answers on ${node}`] : wanted.filter((server) => !now.includes(server)).map((server) => `${server} is out of rotation at ${node}`); // prettier-ignore
    const ask = ['curl', '-sS', '--unix-socket', paths.bridgeSocket, 'http://bridge/state'];
    try {
      const { servers } = JSON.parse((await lab.exec(node, ask)).stdout) as {
        servers: { server: string; rotation: string; memory: string; file: string }[];
      };
      const out = servers.filter(({ rotation, memory, file }) =>
        [rotation, memory, file].some((word) => word !== 'in'),
      );
      return [...away, ...out.map(({ server }) => `the bridge of ${node} has ${server} out`)];
    } catch (error) {
      return [...away, `the bridge of ${node}: ${messageOf(error)}`];
    }
  });
  return (await Promise.all(each)).flat();
}

interface Heal {
  readonly params: { readonly cause: string };
}

/** All is as described, no incident is open, no alarm stands, and no heal was asked for twice. */
export async function settled(watched: Watched): Promise<Settled> {
  const { lab, subject } = watched;
  // what Pacemaker has given up is the VNFM's to repair, and the operator's where there is none
  if (subject.vnfm === undefined) await lab.exec('node1', ['crm_resource', '--cleanup']);
  else await lab.exec('client', ['curl', '-sS', '-X', 'DELETE', `http://${vnfmAddress}/sim/faults`]);
  const notWell = await allWell(watched);
  const missing = notWell === undefined ? [] : [notWell];
  if (subject.vnfm === undefined) return { heals: 0, incidents: 0, violations: missing };
  const end = await reported(lab);
  return { ...end, violations: [...missing, ...end.violations] };
}

async function reported(lab: Lab): Promise<Settled> {
  const sim = async <T>(path: string): Promise<T> =>
    JSON.parse((await lab.exec('client', ['curl', '-sS', `http://${vnfmAddress}${path}`])).stdout) as T;
  const end = performance.now() + endMs;
  for (;;) {
    const [incidents, alarms, heals] = await Promise.all([
      lab.exec('node1', ['vnfha', 'incident', 'list', '--json']),
      sim<unknown[]>('/alarms'),
      sim<Heal[]>('/sim/heals'),
    ]);
    const all = JSON.parse(incidents.stdout) as { id: string; phase: string }[];
    const open = all.filter(({ phase }) => phase !== 'closed');
    if (open.length + alarms.length > 0 && performance.now() < end) {
      await delay(500);
      continue;
    }
    const asked = heals.map(({ params }) => params.cause.split(' ')[0]!);
    return {
      heals: heals.length,
      incidents: all.length,
      violations: [
        ...open.map(({ id, phase }) => `the incident ${id} is not closed: ${phase}`),
        ...(alarms.length === 0 ? [] : [`${alarms.length} alarms stand at the VNFM`]),
        ...asked.filter((one, at) => asked.indexOf(one) !== at).map((one) => `${one} was asked for twice`),
      ],
    };
  }
}
