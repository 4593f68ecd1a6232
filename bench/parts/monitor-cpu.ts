/** The CPU that one recurring monitor costs: our agent's for a running VNFC, and of stock agents. */
import type { Lab } from '../../src/lab/lab.ts';
import { Failure } from '../../src/process/failure.ts';
import { parseXml } from '../../src/process/xml.ts';
import type { Context, Figure, Part } from '../figure.ts';
import { onSide } from '../trials.ts';
import { untilNothing } from '../wait.ts';
import { vnfhaSide } from '../sides/vnfha.ts';

const about = 'the CPU of one recurring monitor';
export const monitorCpu: Part = { name: 'monitor-cpu', about, run };

/** Calls in one trial: bash's `times` sees milliseconds. */
const calls = 20;
const root = '/usr/lib/ocf';
const agentsIn = `${root}/resource.d`;
/** What no agent can be cheaper than: a shell that ends at once. */
const nothing = '/run/bench-nothing';
/** The same VNFC under another name, which the supervisor watches, too: Pacemaker's own executor doesn't ask for that one. */
const twin = 'bench-vnfc';

async function run(context: Context): Promise<Figure[]> {
  return onSide(
    context,
    'vnfha',
    () => vnfhaSide(),
    async (side) => {
      const { lab } = side;
      await untilNothing(() => side.missing(), 120_000);
      const agents: readonly (readonly [who: string, agent: string, env: Record<string, string>])[] = [
        [
          'vnfha',
          `${agentsIn}/vnfha/vnfc`,
          { ...(await parametersIn(lab, 'sipcore-web')), OCF_RESOURCE_INSTANCE: twin },
        ],
        ['heartbeat:Dummy', `${agentsIn}/heartbeat/Dummy`, { OCF_RESOURCE_INSTANCE: 'bench-dummy' }],
        ['pacemaker:Stateful', `${agentsIn}/pacemaker/Stateful`, { OCF_RESOURCE_INSTANCE: 'bench-stateful' }],
        [
          'heartbeat:IPaddr2',
          `${agentsIn}/heartbeat/IPaddr2`,
          { OCF_RESOURCE_INSTANCE: 'bench-ip', OCF_RESKEY_ip: '10.77.0.1', OCF_RESKEY_cidr_netmask: '24' },
        ],
        ['an empty shell script', nothing, {}],
      ];
      const noted = (instance: string) => `/run/vnfha/agents/${instance}.json`;
      await lab.exec('node1', ['cp', noted('sipcore-web'), noted(twin)]);
      await lab.exec('node1', ['sh', '-c', `printf '#!/bin/sh\nexit 0\n' >${nothing} && chmod +x ${nothing}`]);
      for (const [who, agent, env] of agents) {
        if (who !== 'heartbeat:Dummy' && who !== 'pacemaker:Stateful') continue;
        await lab.exec('node1', [agent, 'start'], { env: { OCF_ROOT: root, ...env } });
      }
      const figures: Figure[] = [];
      for (const [who, agent, env] of agents) {
        const values: number[] = [];
        for (let trial = 0; trial < context.trials; trial += 1) values.push(await cost(lab, agent, env));
        context.say(`monitor-cpu; ${who}: ${Math.min(...values).toFixed(2)} ms at best`);
        figures.push({ what: 'user and system time of a call', who, ours: who === 'vnfha', unit: 'ms', values });
      }
      return figures;
    },
  );
}

/**
 * Milliseconds of CPU of one call, the mean of some; the caller's own fork is not in it. The shell is the executor, a new one: what it
 * asks first, our agent looks at in full; then the supervisor's next check is waited for, as in the first seconds after a start.
 */
async function cost(lab: Lab, agent: string, env: Record<string, string>): Promise<number> {
  const script =
    'export LC_ALL=C; of=${OCF_RESOURCE_INSTANCE-}; "$1" monitor >/dev/null 2>&1; ' +
    'for ((i = 0; i < 100; i++)); do [[ /run/vnfha/passes/$of -nt /run/vnfha/sights/$of ]] || break; sleep 0.1; done; ' +
    'times; for ((i = 0; i < $2; i++)); do "$1" monitor >/dev/null 2>&1 || code=$?; done; times; exit ${code:-0}';
  const argv = ['bash', '-c', script, 'bash', agent, String(calls)];
  const given = { OCF_ROOT: root, OCF_RESKEY_CRM_meta_interval: '2000', OCF_RESKEY_CRM_meta_timeout: '20000', ...env };
  const { code, stdout } = await lab.exec('node1', argv, { env: given });
  if (code !== 0 && code !== 8) throw new Failure('lab', `the monitor of ${agent} ends with ${code}`);
  // twice two lines: the shell's own, and its children's
  const [, before, , after] = stdout.trim().split('\n').map(secondsIn);
  return ((after! - before!) * 1000) / calls;
}

/** User and system time together, in `0m0.012s 0m0.003s`. */
const secondsIn = (line: string): number =>
  [...line.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0,
  );

/** What Pacemaker would give the agent of a resource in its environment. */
async function parametersIn(lab: Lab, resource: string): Promise<Record<string, string>> {
  const query = `//primitive[@id='${resource}']/instance_attributes`;
  const { stdout } = await lab.exec('node1', ['cibadmin', '--query', '--xpath', query]);
  const { children } = parseXml(stdout, 'cibadmin');
  return Object.fromEntries(
    children.map(({ attributes }) => [`OCF_RESKEY_${attributes.name}`, attributes.value ?? '']),
  );
}
