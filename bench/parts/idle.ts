/**
 * What our resident processes cost on a node while nothing happens, with 50 VNFCs on it, beside Corosync and Pacemaker; and what the
 * programs cost that ours start now and then.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { fiftyVnfcs } from '../fleet/fifty.ts';
import type { Context, Figure, Part, Target } from '../figure.ts';
import type { LabProcess } from '../../src/lab/enter.ts';
import { nodes, type Side } from '../sides/side.ts';
import { exampleWith, vnfhaSide } from '../sides/vnfha.ts';
import { onSide } from '../trials.ts';
import { eachLine, startProgram } from '../watchers.ts';
import { untilNothing } from '../wait.ts';

const about = 'CPU and memory of a node’s resident processes while nothing happens, 50 VNFCs';
export const idle: Part = { name: 'idle', about, run };

/** A window of a trial. What is done twice a minute falls into each. */
const windowMs = 60_000;
/** So long it takes until all is quiet: what was read at the start is collected, and the bridges ask Pacemaker less often. */
const settleMs = 100_000;
/** Of windows so long, more say no more. */
const windows = 5;

// NAME NANOSECONDS TICKS PSS(kB) of every process of the node that is ours or Pacemaker's: its own time, and that of its ended children
const script = `for dir in /proc/[0-9]*; do
  words=$(tr '\\0' ' ' <$dir/cmdline 2>/dev/null) || continue
  case $words in
    *vnfha.mjs\\ bridge*) name=bridge ;;
    *vnfha.mjs\\ notifier*) name=notifier ;;
    *vnfha.mjs\\ supervisor*) name=supervisor ;;
    *beats.cjs*) name=floor ;;
    corosync*|*pacemakerd*|*/pacemaker-*) name=pacemaker ;;
    *) continue ;;
  esac
  own=$(cat $dir/task/*/schedstat | { sum=0; while read -r ns _; do sum=$((sum + ns)); done; echo $sum; })
  read -r stat <$dir/stat || continue
  set -- \${stat##*) }
  echo $name $own $((\${14} + \${15})) $(sed -n 's/^Pss: *\\([0-9]*\\).*/\\1/p' $dir/smaps_rollup)
done`;

interface Cost {
  readonly ownNs: number;
  readonly startedTicks: number;
  readonly pssKb: number;
}

const nothing: Cost = { ownNs: 0, startedTicks: 0, pssKb: 0 };
const plus = (one: Cost, other: Cost): Cost => ({
  ownNs: one.ownNs + other.ownNs,
  startedTicks: one.startedTicks + other.startedTicks,
  pssKb: one.pssKb + other.pssKb,
});

const daemons = ['supervisor', 'bridge', 'notifier'];

/** By name; 'all' is all of ours. */
function costsIn(stdout: string): Map<string, Cost> {
  const costs = new Map<string, Cost>();
  for (const line of stdout.split('\n').filter(Boolean)) {
    const [name = '', ...numbers] = line.split(' ');
    const [ownNs = NaN, startedTicks = NaN, pssKb = NaN] = numbers.map(Number);
    const cost = { ownNs, startedTicks, pssKb };
    for (const into of daemons.includes(name) ? [name, 'all'] : [name]) {
      costs.set(into, plus(costs.get(into) ?? nothing, cost));
    }
  }
  const missing = [...daemons, 'pacemaker'].filter((name) => !costs.has(name));
  if (missing.length > 0) throw new Error(`no process of ${missing.join(', ')} was found`);
  return costs;
}

async function run(context: Context): Promise<Figure[]> {
  return onSide(
    context,
    'vnfha',
    () => vnfhaSide(exampleWith(fiftyVnfcs)),
    async (side) => {
      const seen = async () => costsIn((await side.lab.exec('node1', ['bash', '-c', script])).stdout);
      await untilNothing(() => side.missing(), 240_000);
      const floors = await Promise.all(nodes.map((node) => startFloor(side, node)));
      await delay(settleMs);
      const figures = new Figures();
      let before = await seen();
      let at = performance.now();
      const trials = Math.min(context.trials, windows);
      for (let trial = 1; trial <= trials; trial += 1) {
        await delay(windowMs);
        const [after, now] = [await seen(), performance.now()];
        for (const [name, cost] of after) {
          const was = before.get(name)!;
          figures.add('CPU of a core', '%', name, (cost.ownNs - was.ownNs) / 1e4 / (now - at), { p50: 1 });
          const started = ((cost.startedTicks - was.startedTicks) * 1000) / (now - at);
          if (name !== 'pacemaker' && name !== 'floor') figures.add('CPU of what they start', '%', name, started);
          figures.add('memory (PSS)', 'MB', name, cost.pssKb / 1024, { p50: 120 });
        }
        [before, at] = [after, now];
        context.say(`idle; ${trial}/${trials}`);
      }
      await Promise.all(floors.map((floor) => floor.stop()));
      return figures.all;
    },
  );
}

/** On every node, as each takes what the others send; the first node's is measured. */
async function startFloor({ lab }: Side, node: string): Promise<LabProcess> {
  const others = nodes.filter((other) => other !== node).map((other) => `10.77.0.${nodes.indexOf(other) + 1}`);
  const floor = await startProgram(lab, node, 'beats.cjs', others);
  eachLine(floor, () => undefined);
  return floor;
}

const who: Readonly<Record<string, string>> = {
  all: 'vnfha, all of a node',
  pacemaker: 'Corosync and Pacemaker',
  floor: 'a bare Node that sends the supervisor’s heartbeats',
};

class Figures {
  readonly #values = new Map<string, Figure & { values: number[] }>();

  add(what: string, unit: Figure['unit'], name: string, value: number, target?: Target): void {
    const key = `${what}/${name}`;
    const ours = name === 'all';
    const begun: Figure & { values: number[] } = {
      what,
      who: who[name] ?? `of that, the ${name}`,
      ours,
      unit,
      values: [],
      ...(ours && target && { target }),
    };
    const figure = this.#values.get(key) ?? begun;
    figure.values.push(value);
    this.#values.set(key, figure);
  }

  get all(): Figure[] {
    return [...this.#values.values()].sort((a, b) => (a.what < b.what ? -1 : a.what > b.what ? 1 : 0));
  }
}
