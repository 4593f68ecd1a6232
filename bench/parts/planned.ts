/** What is planned, at 1,000 requests a second: how many of them are lost. */
import { setTimeout as delay } from 'node:timers/promises';
import { theNodeOf } from '../../src/demo/cluster.ts';
import { paths } from '../../src/model/names.ts';
import { Failure } from '../../src/process/failure.ts';
import type { Context, Figure, Part } from '../figure.ts';
import { perSecond, underLoad } from '../load.ts';
import { type Side, lbVip } from '../sides/side.ts';
import { stockSide } from '../sides/stock.ts';
import { vnfhaSide } from '../sides/vnfha.ts';
import { noteOf, onSide, trials } from '../trials.ts';

const node = 'node3';

interface Plan {
  readonly what: string;
  /** Does it; the trial waits afterwards until all is well, under load. */
  readonly run: (side: Side) => Promise<void>;
  /** Takes back what would keep it from being well. */
  readonly undo?: (side: Side) => Promise<void>;
}

/** What the resources are called on a side. */
interface Names {
  readonly pool: string;
  readonly lbVip: string;
  /** HAProxy's master socket, where it has one: stock agents start it without. */
  readonly master?: string;
  readonly urls: readonly (readonly [who: string, url: string])[];
}

export const planned: Part = { name: 'planned', about: 'what is planned, at 1,000 requests a second', run };

async function run(context: Context): Promise<Figure[]> {
  return [
    ...(await onSide(
      context,
      'vnfha',
      () => vnfhaSide(),
      (side) =>
        measure(context, side, {
          pool: 'sipcore-web-clone',
          master: paths.haproxyMaster,
          lbVip: 'sipcore-lb-vip',
          urls: [[side.who, `http://${lbVip}/`]],
        }),
    )),
    ...(await onSide(
      context,
      'stock',
      () => stockSide(10),
      (side) =>
        measure(context, side, {
          pool: 'web-clone',
          lbVip: 'lb-vip',
          urls: side.pools.map(({ who }, at) => [`Pacemaker, stock agents, ${who}`, `http://${lbVip}:${80 + at}/`]),
        }),
    )),
  ];
}

/** On the load balancer that has the address, by its master. */
const reload = (lbVip: string, master: string): Plan => ({
  what: 'HAProxy is reloaded',
  run: async (side) => {
    const node = await theNodeOf(side, lbVip, 'Started');
    const script =
      'const s = require("net").connect(process.argv[1]); s.on("close", () => process.exit()); s.write("reload\\n"); s.resume()';
    const { code, stderr } = await side.lab.exec(node, [process.execPath, '-e', script, master], { timeout: 10_000 });
    if (code !== 0) throw new Failure('haproxy', `the reload on ${node}: ${stderr.trim()}`);
    await delay(1000); // until the old worker has ended
  },
});

const plans = (names: Names): Plan[] => [
  {
    what: 'an instance is stopped and started (an upgrade of it)',
    run: (side) => crmResource(side, '--ban', '--resource', names.pool, '--node', node, '--lifetime', 'PT1H'),
    undo: (side) => crmResource(side, '--clear', '--resource', names.pool),
  },
  ...(names.master === undefined ? [] : [reload(names.lbVip, names.master)]),
  {
    what: 'the load balancer’s address is moved',
    run: (side) => crmResource(side, '--move', '--resource', names.lbVip, '--lifetime', 'PT1H'),
    undo: (side) => crmResource(side, '--clear', '--resource', names.lbVip),
  },
];

async function measure(context: Context, side: Side, names: Names): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const plan of plans(names)) {
    for (const [who, url] of names.urls) {
      const values: number[] = [];
      let reasons = '';
      const failures = await trials(context, {
        side: { ...side, who },
        what: plan.what,
        ready: () => undefined,
        node: () => Promise.resolve(node),
        once: async () => {
          const {
            sent,
            lost,
            reasons: why,
          } = await underLoad(side.lab, url, async () => {
            await plan.run(side);
            await settled(side);
            await plan.undo?.(side);
            await settled(side);
          });
          values.push(lost);
          if (lost > 0) reasons = JSON.stringify(why);
          return `${lost} of ${sent} requests lost ${lost > 0 ? reasons : ''}`;
        },
      });
      const note = noteOf(failures).note ?? (reasons === '' ? undefined : `lost for: ${reasons}`);
      const what = `requests lost of ${perSecond} a second: ${plan.what}`;
      figures.push({
        what,
        who,
        ours: side.ours,
        unit: 'requests',
        values,
        target: { max: 0 },
        ...(note === undefined ? {} : { note }),
      });
    }
  }
  return figures;
}

async function crmResource({ lab }: Side, ...argv: string[]): Promise<void> {
  const { code, stderr } = await lab.exec('node1', ['crm_resource', ...argv], { timeout: 120_000 });
  if (code !== 0) throw new Failure('pacemaker', `crm_resource ${argv.join(' ')}: ${stderr.trim()}`);
}

/** Pacemaker has nothing more to do. */
async function settled({ lab }: Side): Promise<void> {
  await lab.exec('node1', ['crm_resource', '--wait', '--timeout', '60s'], { timeout: 90_000 });
  await delay(300); // what HAProxy's checks and the clients' connections make of it
}
