/** Damages a lab by a schedule, while its nodes' watchers look at what must never be, and says whether all came right in the end. */
import { setTimeout as delay } from 'node:timers/promises';
import { unwell } from '../../src/demo/cluster.ts';
import type { LabProcess } from '../../src/lab/enter.ts';
import { Lab } from '../../src/lab/lab.ts';
import { loadVnf } from '../../src/model/load.ts';
import { paths } from '../../src/model/names.ts';
import type { Vnf } from '../../src/model/vnf.ts';
import { messageOf } from '../../src/process/failure.ts';
import { chanceFrom } from '../chance.ts';
import { eachLine, startProgram } from '../watchers.ts';
import { type Blow, faults, nextBlow, type Scene } from './faults.ts';
import { createJudge, type Judge, type Look } from './verdict.ts';

export interface TortureOptions {
  readonly seed: number;
  /** Whichever is over first. */
  readonly minutes?: number | undefined;
  readonly blows?: number | undefined;
  readonly name: string;
  readonly say: (line: string) => void;
}

export interface TortureResult {
  readonly seed: number;
  readonly blows: readonly Blow[];
  /** Looks that the watchers have taken. */
  readonly looks: number;
  readonly heals: number;
  readonly incidents: number;
  /** What must not be; empty: all is well. */
  readonly violations: readonly string[];
}

const nodes = ['node1', 'node2', 'node3'];
const vips = ['10.77.0.50', '10.77.0.60'];
const example = new URL('../../examples/sipcore.yaml', import.meta.url).pathname;
const vnfmAddress = '10.77.0.100:9890';
/** A dead instance is out long before, also where HAProxy's own checks (every 2 s, 3 of them) are all that is left. */
const patienceMs = 8000;
const endMs = 240_000;
/** Until then the cluster may not know yet that a node is away. */
const noticedMs = 4000;

/** Brings a lab up, and takes it down whatever happens. */
export async function torture(options: TortureOptions): Promise<TortureResult> {
  const { seed, name, say } = options;
  const vnf = await loadVnf(example);
  const lab = await Lab.up({ name, description: example, progress: say });
  const watchers = new Watchers(lab, createJudge({ vips, nodes, patienceMs }));
  const takeDown = (): void => void lab.down().finally(() => process.exit(130));
  process.once('SIGINT', takeDown).once('SIGTERM', takeDown);
  try {
    const credentials = ['--client', 'vnfha', '--secret', 'vnfha-lab'];
    const healTime = ['--heal-time', '1s'];
    const sim = await lab.spawn('client', ['vnfha', 'vnfm-sim', '--listen', vnfmAddress, ...credentials, ...healTime]);
    eachLine(sim, () => undefined);
    await lab.ready();
    await lab.apply();
    await allWell(lab, vnf);
    say('the VNF is up');
    watchers.start();
    const blows = await strikeAll(lab, options);
    say(`${blows.length} blows; waiting until all is well`);
    const end = await settled(lab, vnf);
    return { seed, blows, looks: watchers.looks, ...end, violations: [...watchers.violations, ...end.violations] };
  } finally {
    watchers.stop();
    process.off('SIGINT', takeDown).off('SIGTERM', takeDown);
    await lab.down();
  }
}

async function strikeAll(lab: Lab, { seed, minutes, blows: most, say }: TortureOptions): Promise<Blow[]> {
  const chance = chanceFrom(seed);
  const end = performance.now() + (minutes ?? Infinity) * 60_000;
  const scene: Scene = {
    lab,
    vnfm: async (asked) => {
      await lab.exec('client', ['curl', '-sS', '-d', JSON.stringify(asked), `http://${vnfmAddress}/sim/faults`]);
    },
  };
  const blows: Blow[] = [];
  const lasting = new Set<Promise<void>>();
  while (blows.length < (most ?? Infinity) && performance.now() < end) {
    const blow = nextBlow(chance, nodes);
    const { node, strike } = faults[blow.fault]!;
    // with two of three nodes there is a quorum, with one there is none
    if (node) await Promise.all([...lasting, lab.ready({ timeout: 120_000 })]);
    blows.push(blow);
    say(`${new Date().toISOString()} ${blows.length}: ${blow.fault} (${blow.node}, ${blow.ms} ms), then ${blow.pauseMs} ms`);
    const struck = strike(scene, blow.node, blow.ms).catch((error: unknown) => say(`   ${messageOf(error)}`));
    if (node) {
      await struck;
      await delay(Math.max(noticedMs, blow.pauseMs));
      await lab.ready({ timeout: 120_000 });
    } else {
      lasting.add(struck);
      void struck.then(() => lasting.delete(struck));
      await delay(blow.pauseMs);
    }
  }
  await Promise.all(lasting);
  return blows;
}

async function allWell(lab: Lab, vnf: Vnf): Promise<string | undefined> {
  const end = performance.now() + endMs;
  for (;;) {
    const missing = [...unwell(await lab.cluster(), vnf), ...(await outOfRotation(lab))];
    if (missing.length === 0) return undefined;
    if (performance.now() > end) return `after ${endMs / 1000} s still: ${missing.join('; ')}`;
    await delay(500);
  }
}

/** By what the bridges say: what should be, HAProxy's memory, its file. */
async function outOfRotation(lab: Lab): Promise<string[]> {
  const balancers = nodes.slice(0, 2);
  const each = balancers.map(async (node) => {
    const ask = ['curl', '-sS', '--unix-socket', paths.bridgeSocket, 'http://bridge/state'];
    try {
      const { servers } = JSON.parse((await lab.exec(node, ask)).stdout) as {
        servers: { server: string; rotation: string; memory: string; file: string }[];
      };
      const out = servers.filter(({ rotation, memory, file }) =>
        [rotation, memory, file].some((word) => word !== 'in'),
      );
      return [
        ...out.map(({ server }) => `${server} is out of rotation at ${node}`),
        ...(servers.length === nodes.length ? [] : [`${node} knows ${servers.length} servers`]),
      ];
    } catch (error) {
      return [`the bridge of ${node}: ${messageOf(error)}`];
    }
  });
  return (await Promise.all(each)).flat();
}

interface Heal {
  readonly params: { readonly cause: string };
}

/** All is as described, no incident is open, no alarm stands, and no heal was asked for twice. */
async function settled(lab: Lab, vnf: Vnf): Promise<Pick<TortureResult, 'heals' | 'incidents' | 'violations'>> {
  const sim = async <T>(path: string): Promise<T> =>
    JSON.parse((await lab.exec('client', ['curl', '-sS', `http://${vnfmAddress}${path}`])).stdout) as T;
  await lab.exec('client', ['curl', '-sS', '-X', 'DELETE', `http://${vnfmAddress}/sim/faults`]);
  const notWell = await allWell(lab, vnf);
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
        ...(notWell === undefined ? [] : [notWell]),
        ...open.map(({ id, phase }) => `the incident ${id} is not closed: ${phase}`),
        ...(alarms.length === 0 ? [] : [`${alarms.length} alarms stand at the VNFM`]),
        ...asked.filter((one, at) => asked.indexOf(one) !== at).map((one) => `${one} was asked for twice`),
      ],
    };
  }
}

/** One in each node, started again after each of its deaths. */
class Watchers {
  looks = 0;
  readonly #lab: Lab;
  readonly #judge: Judge;
  readonly #programs = new Set<LabProcess>();
  #over = false;

  constructor(lab: Lab, judge: Judge) {
    this.#lab = lab;
    this.#judge = judge;
  }

  get violations(): readonly string[] {
    return this.#judge.violations;
  }

  start(): void {
    for (const node of nodes) void this.#watch(node);
  }

  stop(): void {
    this.#over = true;
    for (const program of this.#programs) program.stop().catch(() => undefined);
  }

  async #watch(node: string): Promise<void> {
    while (!this.#over) {
      try {
        const program = await startProgram(this.#lab, node, 'torture-watch.cjs', [paths.haproxySocket, 'sipcore-web']);
        this.#programs.add(program);
        eachLine(program, (line) => {
          this.looks += 1;
          this.#judge.heard(node, JSON.parse(line) as Look);
        });
        await program.done;
        this.#programs.delete(program);
      } catch {
        // it is off
      }
      await delay(500);
    }
  }
}
