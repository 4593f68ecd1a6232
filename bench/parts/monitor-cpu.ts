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

/** Calls in one trial: bash's `time` sees milliseconds. */
const calls = 20;
const root = '/usr/lib/ocf';

async function run(context: Context): Promise<Figure[]> {
  return onSide(context, vnfhaSide(), async (side) => {
    const { lab } = side;
    await untilNothing(() => side.missing(), 120_000);
    const agents: readonly (readonly [who: string, agent: string, env: Record<string, string>])[] = [
      ['vnfha', 'vnfha/vnfc', { ...(await parametersIn(lab, 'sipcore-web')), OCF_RESOURCE_INSTANCE: 'sipcore-web' }],
      ['heartbeat:Dummy', 'heartbeat/Dummy', { OCF_RESOURCE_INSTANCE: 'bench-dummy' }],
      ['pacemaker:Stateful', 'pacemaker/Stateful', { OCF_RESOURCE_INSTANCE: 'bench-stateful' }],
      [
        'heartbeat:IPaddr2',
        'heartbeat/IPaddr2',
        { OCF_RESOURCE_INSTANCE: 'bench-ip', OCF_RESKEY_ip: '10.77.0.1', OCF_RESKEY_cidr_netmask: '24' },
      ],
    ];
    for (const one of ['heartbeat/Dummy', 'pacemaker/Stateful']) {
      const env = agents.find(([, agent]) => agent === one)![2];
      await lab.exec('node1', [`${root}/resource.d/${one}`, 'start'], { env: { OCF_ROOT: root, ...env } });
    }
    const figures: Figure[] = [];
    for (const [who, agent, env] of agents) {
      const values: number[] = [];
      for (let trial = 0; trial < context.trials; trial += 1) values.push(await cost(lab, agent, env));
      context.say(`monitor-cpu; ${who}: ${Math.min(...values).toFixed(2)} ms at best`);
      figures.push({ what: 'user and system time of a call', who, ours: who === 'vnfha', unit: 'ms', values });
    }
    return figures;
  });
}

/** Milliseconds of CPU of one call, the mean of some. */
async function cost(lab: Lab, agent: string, env: Record<string, string>): Promise<number> {
  const script =
    'export LC_ALL=C TIMEFORMAT="%3U %3S"; time for ((i = 0; i < $2; i++)); do "$1" monitor >/dev/null 2>&1 || code=$?; done; exit ${code:-0}';
  const argv = ['bash', '-c', script, 'bash', `${root}/resource.d/${agent}`, String(calls)];
  const given = { OCF_ROOT: root, OCF_RESKEY_CRM_meta_interval: '10000', OCF_RESKEY_CRM_meta_timeout: '20000', ...env };
  const { code, stderr } = await lab.exec('node1', argv, { env: given });
  if (code !== 0 && code !== 8) throw new Failure('lab', `the monitor of ${agent} ends with ${code}`);
  const [user, system] = stderr.trim().split('\n').at(-1)!.split(' ').map(Number);
  return ((user! + system!) * 1000) / calls;
}

/** What Pacemaker would give the agent of a resource in its environment. */
async function parametersIn(lab: Lab, resource: string): Promise<Record<string, string>> {
  const query = `//primitive[@id='${resource}']/instance_attributes`;
  const { stdout } = await lab.exec('node1', ['cibadmin', '--query', '--xpath', query]);
  const { children } = parseXml(stdout, 'cibadmin');
  return Object.fromEntries(
    children.map(({ attributes }) => [`OCF_RESKEY_${attributes.name}`, attributes.value ?? '']),
  );
}
