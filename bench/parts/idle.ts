/** What our resident processes cost while nothing happens, beside those of Corosync and Pacemaker. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Context, Figure, Part } from '../figure.ts';
import { vnfhaSide } from '../sides/vnfha.ts';
import { onSide } from '../trials.ts';
import { untilNothing } from '../wait.ts';

const about = 'CPU and memory of a node’s resident processes while nothing happens';
export const idle: Part = { name: 'idle', about, run };

/** A window of a trial; a clock tick is 10 ms, so 0.2 % is the least that can be seen. */
const windowMs = 5000;

// NAME TICKS PSS(kB) of every process of the node that is its own or Pacemaker's
const script = `for dir in /proc/[0-9]*; do
  words=$(tr '\\0' ' ' <$dir/cmdline 2>/dev/null) || continue
  case $words in
    */usr/lib/vnfha/*bridge*|*vnfha*\\ bridge*) name=bridge ;;
    *vnfha*notifier*) name=notifier ;;
    *vnfha*supervisor*) name=supervisor ;;
    corosync*|*pacemakerd*|*/pacemaker-*) name=pacemaker ;;
    *) continue ;;
  esac
  read -r stat <$dir/stat || continue
  set -- \${stat##*) }
  echo $name $(($12 + $13)) $(sed -n 's/^Pss: *\\([0-9]*\\).*/\\1/p' $dir/smaps_rollup)
done`;

async function run(context: Context): Promise<Figure[]> {
  return onSide(
    context,
    'vnfha',
    () => vnfhaSide(),
    async (side) => {
      const { lab } = side;
      await untilNothing(() => side.missing(), 120_000);
      const seen = async () => {
        const { stdout } = await lab.exec('node1', [
          'bash',
          '-c',
          script.replaceAll('$12', '${12}').replaceAll('$13', '${13}'),
        ]);
        const sums = new Map<string, { ticks: number; pss: number }>();
        for (const line of stdout.split('\n').filter(Boolean)) {
          const [name, ticks, pss] = line.split(' ');
          const sum = sums.get(name!) ?? { ticks: 0, pss: 0 };
          sums.set(name!, { ticks: sum.ticks + Number(ticks), pss: sum.pss + Number(pss) });
        }
        return sums;
      };
      const cpu = new Map<string, number[]>();
      const memory = new Map<string, number[]>();
      let before = await seen();
      let at = performance.now();
      for (let trial = 1; trial <= context.trials; trial += 1) {
        await delay(windowMs);
        const after = await seen();
        const now = performance.now();
        for (const [name, { ticks, pss }] of after) {
          const share = ((ticks - (before.get(name)?.ticks ?? ticks)) * 10 * 100) / (now - at);
          cpu.set(name, [...(cpu.get(name) ?? []), share]);
          memory.set(name, [...(memory.get(name) ?? []), pss / 1024]);
        }
        [before, at] = [after, now];
        context.say(`idle; ${trial}/${context.trials}`);
      }
      const who = (name: string) => (name === 'pacemaker' ? 'Corosync and Pacemaker' : `vnfha's ${name}`);
      const figures = (what: string, unit: '%' | 'MB', of: Map<string, number[]>): Figure[] =>
        [...of].map(([name, values]) => ({ what, who: who(name), ours: false, unit, values }));
      return [...figures('CPU of a core', '%', cpu), ...figures('memory (PSS)', 'MB', memory)];
    },
  );
}
