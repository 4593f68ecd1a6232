/** The pool damaged again and again on one node: when every load balancer has its server out, and in again. */
import { cut, signal } from './fault.ts';
import type { Context, Figure, Target } from './figure.ts';
import type { Side } from './sides/side.ts';
import { ms, noteOf, patienceMs, trials } from './trials.ts';
import { untilNothing } from './wait.ts';
import { HaproxyWatch } from './watchers.ts';

/** The node without a load balancer, so that nothing else is hit. */
const node = 'node3';

export type PoolFault = 'killed' | 'hangs' | 'cut';

/** What is aimed at, in ms. */
const targets: Readonly<Record<PoolFault, Target>> = {
  killed: { p50: 10, p99: 30 },
  hangs: { p99: 450 },
  cut: { p99: 500 },
};

const faults: Readonly<Record<PoolFault, (side: Side) => Promise<number>>> = {
  killed: ({ lab }) => signal(lab, node, 'nginx', 'KILL'),
  hangs: ({ lab }) => signal(lab, node, 'nginx', 'STOP'),
  cut: ({ lab }) => cut(lab, node),
};

/** For each of the side's backends the time until its server is out everywhere; of 'killed', also until it is in again. */
export async function measurePool(context: Context, side: Side, fault: PoolFault): Promise<Figure[]> {
  const watches = await Promise.all(side.lbNodes.map((lb) => HaproxyWatch.start(side.lab, lb, side.haproxySocket)));
  /** The last load balancer's time, once all have one. */
  const last = (timeOf: (watch: HaproxyWatch) => number | undefined): number | undefined => {
    const times = watches.flatMap((watch) => timeOf(watch) ?? []);
    return times.length === watches.length ? Math.max(...times) : undefined;
  };
  const out = new Map<string, number[]>(side.pools.map(({ backend }) => [backend, []]));
  const back: number[] = [];
  const failures = await trials(context, {
    side,
    what: `pool instance, ${fault}`,
    ready: () => {
      const left = side.pools.filter(({ backend }) => watches.some((watch) => watch.out(backend)?.length !== 0));
      return left.length === 0 ? undefined : `not every server is in: ${left.map(({ backend }) => backend).join()}`;
    },
    node: () => Promise.resolve(node),
    once: async () => {
      const at = await faults[fault](side);
      const outAt = (backend: string) => last((watch) => watch.outAfter(`${backend}/${node}`, at));
      const inAt = () => last((watch) => watch.inAfter(`${side.pools.at(-1)!.backend}/${node}`, at));
      await untilNothing(
        // a slow check may never notice what was recovered meanwhile
        () =>
          inAt() === undefined && side.pools.some(({ backend }) => outAt(backend) === undefined)
            ? 'it is not out everywhere'
            : undefined,
        patienceMs,
        5,
      ).finally(() => fault === 'hangs' && signal(side.lab, node, 'nginx', 'CONT').catch(() => undefined));
      const said = side.pools.map(({ backend }) => {
        const took = (outAt(backend) ?? Infinity) - at;
        out.get(backend)!.push(took / 1000);
        return `${backend} out after ${ms(took)}`;
      });
      if (fault !== 'killed') return said.join(', ');
      await untilNothing(() => (inAt() === undefined ? 'it is not in again' : undefined), patienceMs, 5);
      back.push((inAt()! - at) / 1000);
      return `${said.join(', ')}, in again after ${ms(inAt()! - at)}`;
    },
  });
  await Promise.all(watches.map((watch) => watch.stop()));
  const outs = side.pools.map(({ who, backend }): Figure => ({
    what: `a pool instance ${fault === 'cut' ? 'loses its node' : fault === 'killed' ? 'is killed' : 'hangs'}: out at every load balancer`,
    who,
    ours: side.ours,
    unit: 'ms',
    values: out.get(backend)!,
    ...(side.ours ? { target: targets[fault] } : {}),
    ...noteOf(failures),
  }));
  if (fault !== 'killed') return outs;
  const again = 'a pool instance is killed: restarted, and in again at every load balancer';
  return [...outs, { what: again, who: side.who, ours: side.ours, unit: 'ms', values: back, ...noteOf(failures) }];
}
