/** Damages a lab by a schedule, while its hosts' watchers look at what must never be, and says whether all came right in the end. */
import { setTimeout as delay } from 'node:timers/promises';
import type { LabProcess } from '../../src/lab/enter.ts';
import { Lab } from '../../src/lab/lab.ts';
import { loadVnf } from '../../src/model/load.ts';
import { paths } from '../../src/model/names.ts';
import { messageOf } from '../../src/process/failure.ts';
import { chanceFrom } from '../chance.ts';
import { eachLine, startProgram } from '../watchers.ts';
import { type Blow, nextBlow, type Scene } from './faults.ts';
import { allWell, settled, vnfmAddress, type Watched } from './settled.ts';
import { type Subject, subjects } from './subjects.ts';
import { createJudge, type Judge, type Look } from './verdict.ts';

export interface TortureOptions {
  /** A name in `subjects`. */
  readonly subject: string;
  readonly seed: number;
  /** Whichever is over first. */
  readonly minutes?: number | undefined;
  readonly blows?: number | undefined;
  readonly name: string;
  readonly say: (line: string) => void;
}

export interface TortureResult {
  readonly subject: string;
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
/** A dead instance is out long before, also where HAProxy's own checks (every 2 s, 3 of them) are all that is left. */
const deadMs = 8000;
/** One that answers again is let in by Pacemaker, when its start and then its place's have ended: programs that a busy machine begins slowly. */
const emptyMs = 20_000;
/** Until then the cluster may not know yet that a node is away. */
const noticedMs = 4000;

/** Brings a lab up, and takes it down whatever happens. */
export async function torture(options: TortureOptions): Promise<TortureResult> {
  const { seed, name, say } = options;
  const subject = subjects[options.subject]!;
  const description = new URL(`../../examples/${subject.example}.yaml`, import.meta.url).pathname;
  const vnf = await loadVnf(description);
  const lab = await Lab.up({ name, description, progress: say });
  const watchers = new Watchers(
    lab,
    subject,
    createJudge({ vips: subject.vips, servers: Object.keys(subject.servers), deadMs, emptyMs }),
  );
  const watched: Watched = { lab, vnf, subject, rotation: (node) => watchers.rotation(node) };
  const takeDown = (): void => void lab.down().finally(() => process.exit(130));
  process.once('SIGINT', takeDown).once('SIGTERM', takeDown);
  try {
    if (subject.vnfm !== undefined) await startVnfm(lab, subject.vnfm);
    await subject.begin?.(lab);
    await lab.ready();
    watchers.start();
    await lab.apply();
    const notUp = await allWell(watched);
    if (notUp !== undefined) throw new Error(`the VNF did not come up: ${notUp}`);
    say('the VNF is up');
    const blows = await strikeAll(lab, subject, options);
    say(`${blows.length} blows; waiting until all is well`);
    const end = await settled(watched);
    const violations = [...watchers.violations, ...end.violations];
    return { subject: options.subject, seed, blows, looks: watchers.looks, ...end, violations };
  } finally {
    watchers.stop();
    process.off('SIGINT', takeDown).off('SIGTERM', takeDown);
    await lab.down();
  }
}

async function startVnfm(lab: Lab, { secret, onHeal }: NonNullable<Subject['vnfm']>): Promise<void> {
  const sim = await lab.spawn('client', [
    ...['vnfha', 'vnfm-sim', '--listen', vnfmAddress, '--heal-time', '1s'],
    ...(secret ? ['--client', 'vnfha', '--secret', 'vnfha-lab'] : []),
    ...(onHeal === undefined ? [] : ['--on-heal', JSON.stringify(onHeal)]),
  ]);
  eachLine(sim, () => undefined);
}

async function strikeAll(lab: Lab, { faults }: Subject, options: TortureOptions): Promise<Blow[]> {
  const { seed, minutes, blows: most, say } = options;
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
    const blow = nextBlow(chance, nodes, Object.keys(faults));
    const { node, strike } = faults[blow.fault]!;
    // with two of three nodes there is a quorum, with one there is none
    if (node) await Promise.all([...lasting, lab.ready({ timeout: 120_000 })]);
    blows.push(blow);
    const at = new Date().toISOString();
    say(`${at} ${blows.length}: ${blow.fault} (${blow.node}, ${blow.ms} ms), then ${blow.pauseMs} ms`);
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

/** One in each host that has something to say, started again after each of its deaths. */
class Watchers {
  looks = 0;
  readonly #lab: Lab;
  readonly #subject: Subject;
  readonly #judge: Judge;
  readonly #programs = new Set<LabProcess>();
  #over = false;

  constructor(lab: Lab, subject: Subject, judge: Judge) {
    this.#lab = lab;
    this.#subject = subject;
    this.#judge = judge;
  }

  get violations(): readonly string[] {
    return this.#judge.violations;
  }

  rotation(node: string): readonly string[] | undefined {
    return this.#judge.rotation(node, Date.now());
  }

  start(): void {
    const asked = Object.values(this.#subject.servers).map(({ from }) => from);
    for (const host of new Set([...nodes, ...asked])) void this.#watch(host);
  }

  stop(): void {
    this.#over = true;
    for (const program of this.#programs) program.stop().catch(() => undefined);
  }

  async #watch(host: string): Promise<void> {
    const { servers } = this.#subject;
    const asked = Object.entries(servers).filter(([, { from }]) => from === host);
    const question = JSON.stringify({
      haproxy: paths.haproxySocket,
      backends: [...new Set(Object.keys(servers).map((server) => server.split('/')[0]))],
      servers: Object.fromEntries(asked.map(([server, { url }]) => [server, url])),
    });
    while (!this.#over) {
      try {
        const program = await startProgram(this.#lab, host, 'torture-watch.cjs', [question]);
        this.#programs.add(program);
        eachLine(program, (line) => {
          this.looks += 1;
          this.#judge.heard(host, JSON.parse(line) as Look);
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
