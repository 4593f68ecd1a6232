/** What is done to a lab: each fault, and how it is undone where it doesn't undo itself. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Lab } from '../../src/lab/lab.ts';

export interface Scene {
  readonly lab: Lab;
  /** Orders faults at the VNFM: docs/notifier.md. */
  readonly vnfm: (faults: object) => Promise<void>;
}

export interface Fault {
  /** A node that is away: with a second one there would be no quorum, and no service by design. */
  readonly node?: true;
  /** Does it; resolves when it is undone. `ms`: how long it lasts, where it lasts. */
  readonly strike: (scene: Scene, node: string, ms: number) => Promise<void>;
}

/** To whatever is called so on a node, or has such a command line; nobody: nothing. */
async function signal({ lab }: Scene, node: string, program: string | RegExp, name: string): Promise<void> {
  const whom = typeof program === 'string' ? ['-x', program] : ['-f', program.source];
  const { stdout } = await lab.exec(node, ['pgrep', ...whom]);
  const pids = stdout.split('\n').filter(Boolean);
  if (pids.length > 0) await lab.exec(node, ['kill', `-${name}`, ...pids]);
}

export const killed = (program: string | RegExp, where = (node: string): string => node): Fault => ({
  strike: (scene, node) => signal(scene, where(node), program, 'KILL'),
});

export const hung = (program: string | RegExp, where = (node: string): string => node): Fault => ({
  async strike(scene, node, ms) {
    await signal(scene, where(node), program, 'STOP');
    await delay(ms);
    await signal(scene, where(node), program, 'CONT');
  },
});

const serviceKilled = (service: string, where = (node: string): string => node): Fault => ({
  strike: ({ lab }, node) => lab.service(where(node), service, 'kill'),
});

const vnfm = (faults: (ms: number) => object): Fault => ({ strike: (scene, _, ms) => scene.vnfm(faults(ms)) });

/** Where a node isn't the load balancer's: one that is. */
export const balancer = (node: string): string => (node === 'node3' ? 'node2' : node);

/** What keeps any VNF up. */
export const ofTheCluster: Readonly<Record<string, Fault>> = {
  'the supervisor is killed': serviceKilled('vnfha-supervisor'),
  'the controller is killed': killed('pacemaker-contr'),
  'the executor is killed': killed('pacemaker-execd'),
  'the attribute manager is killed': killed('pacemaker-attrd'),
  'corosync is killed': { node: true, strike: (scene, node) => signal(scene, node, 'corosync', 'KILL') },
  'Pacemaker is restarted': {
    node: true,
    async strike({ lab }, node, ms) {
      await lab.service(node, 'pacemaker', 'stop');
      await delay(ms);
      await lab.service(node, 'pacemaker', 'start');
    },
  },
  'the power is cut': { node: true, strike: ({ lab }, node) => lab.kill(node) },
  'the cable is pulled': {
    node: true,
    async strike({ lab }, node, ms) {
      await lab.unplug(node);
      await delay(2 * ms);
      await lab.plug(node);
    },
  },
};

export const ofTheBalancer: Readonly<Record<string, Fault>> = {
  'HAProxy is killed': killed('haproxy', balancer),
  'HAProxy hangs': hung('haproxy', balancer),
  'the bridge is killed': serviceKilled('vnfha-bridge', balancer),
};

export const ofTheVnfm: Readonly<Record<string, Fault>> = {
  'the notifier is killed': serviceKilled('vnfha-notifier'),
  'the VNFM is away': vnfm(() => ({ heal: { drop: true, times: 2 }, alarms: { drop: true, times: 2 }, token: { drop: true } })), // prettier-ignore
  'the VNFM is slow': vnfm((ms) => ({ heal: { delay: ms, times: 2 }, alarms: { delay: ms, times: 2 } })),
  'the VNFM refuses': vnfm(() => ({ heal: { status: 503, times: 2 }, alarms: { status: 503, times: 2 } })),
  'the VNFM talks nonsense': vnfm(() => ({ heal: { garbage: true }, occs: { garbage: true, times: 2 } })),
  'the VNFM loses its answers': vnfm(() => ({ heal: { lose: true }, alarms: { lose: true } })),
};

export interface Blow {
  readonly fault: string;
  readonly node: string;
  readonly ms: number;
  /** Until the next one. */
  readonly pauseMs: number;
}

/** The next blow of a schedule that follows from `chance` (numbers from 0 to 1) alone. Pure. */
export function nextBlow(chance: () => number, nodes: readonly string[], faults: readonly string[]): Blow {
  const of = <T>(list: readonly T[]): T => list[Math.floor(chance() * list.length)]!;
  const fault = of(faults);
  return { fault, node: of(nodes), ms: 200 + Math.floor(chance() * 3800), pauseMs: Math.floor(chance() * 3000) };
}
