/** An instance of the pool is killed: when every load balancer has taken it out, and when it is back. */
import { signal } from '../fault.ts';
import type { Context, Figure } from '../figure.ts';
import { stockSide } from '../sides/stock.ts';
import type { Side } from '../sides/side.ts';
import { vnfhaSide } from '../sides/vnfha.ts';
import { ms, onSide, patienceMs, trials } from '../trials.ts';
import { untilNothing } from '../wait.ts';
import { HaproxyWatch } from '../watchers.ts';

/** The node without a load balancer, so that nothing else is hit. */
const node = 'node3';

/** @throws Failure */
export async function vnfcKilled(context: Context): Promise<Figure[]> {
  return [
    ...(await onSide(vnfhaSide(context), (side) => measurePool(context, side, 'KILL'))),
    ...(await onSide(stockSide(context, 10), (side) => measurePool(context, side, 'KILL'))),
    ...(await onSide(stockSide(context, 2), async (side) => (await measurePool(context, side, 'KILL')).slice(-1))),
  ];
}

/** Kills or stops (until it is out everywhere) the pool's nginx on a node: the time to `out` for each pool, then the time to `back`. */
export async function measurePool(context: Context, side: Side, how: 'KILL' | 'STOP'): Promise<Figure[]> {
  const watches = await Promise.all(side.lbNodes.map((lb) => HaproxyWatch.start(side.lab, lb, side.haproxySocket)));
  const out = new Map<string, number[]>(side.pools.map(({ backend }) => [backend, []]));
  const back: number[] = [];
  const ready = (): string | undefined => {
    const left = side.pools.filter(({ backend }) => watches.some((watch) => watch.out(backend)?.length !== 0));
    return left.length === 0 ? undefined : `not every server is in: ${left.map(({ backend }) => backend).join()}`;
  };
  const outAt = (backend: string, from: number): number | undefined => {
    const times = watches.flatMap((watch) => watch.outAfter(`${backend}/${node}`, from) ?? []);
    return times.length === watches.length ? Math.max(...times) : undefined;
  };
  const failures = await trials(context, {
    side,
    what: how === 'KILL' ? 'vnfc-killed' : 'hang (pool)',
    ready,
    once: async () => {
      const at = await signal(side.lab, node, 'nginx', how);
      await untilNothing(
        () =>
          side.pools.some(({ backend }) => outAt(backend, at) === undefined) ? 'it is not out everywhere' : undefined,
        patienceMs,
        5,
      ).finally(() => (how === 'STOP' ? signal(side.lab, node, 'nginx', 'CONT').catch(() => undefined) : undefined));
      const said = side.pools.map(({ backend }) => {
        const took = outAt(backend, at)! - at;
        out.get(backend)!.push(took / 1000);
        return `${backend} out after ${ms(took)}`;
      });
      if (how === 'KILL') {
        await untilNothing(
          () =>
            watches.flatMap((watch) => watch.inAfter(`${side.pools.at(-1)!.backend}/${node}`, at) ?? []).length ===
            watches.length
              ? undefined
              : 'it is not in again',
          patienceMs,
          5,
        );
        const last = Math.max(...watches.map((watch) => watch.inAfter(`${side.pools.at(-1)!.backend}/${node}`, at)!));
        back.push((last - at) / 1000);
        said.push(`in again after ${ms(last - at)}`);
      }
      return { node, said: said.join(', ') };
    },
  });
  const note = failures.length > 0 ? { note: `${failures.length} trials without a value: ${failures[0]}` } : {};
  return [
    ...side.pools.map(({ who, backend }): Figure => ({
      what: how === 'KILL' ? 'excluded at every load balancer' : 'pool: excluded at every load balancer',
      who,
      unit: 'ms',
      values: out.get(backend)!,
      ...note,
    })),
    ...(how === 'KILL'
      ? [
          {
            what: 'recovered: in again at every load balancer',
            who: side.who,
            unit: 'ms' as const,
            values: back,
            ...note,
          },
        ]
      : []),
  ];
}
