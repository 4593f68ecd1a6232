/** The same failures in `vnfha simulate` and in a real cluster: it has to end where the simulation said. */
import test, { type ExecutionContext } from 'ava';
import { Lab } from '../../src/lab/lab.ts';
import type { VnfStatus } from '../../src/status/vnf-status.ts';
import { until } from './wait.ts';

const waitMs = 90_000;
let lab: Lab;
/** A node of the load balancer: its bridge knows who is in rotation. */
let asked = 'node1';

test.before('a VNF that runs', async () => {
  lab = await Lab.up({ name: `simulate-${process.pid}` });
  await lab.ready();
  await lab.apply();
  await well();
});
test.after.always('nothing stays', () => lab.down());

interface Address {
  readonly at: string | null;
}

interface Case {
  readonly vnfcs: readonly { readonly vnfc: string; readonly running: readonly string[]; readonly active: string | null; readonly addresses: readonly Address[]; readonly servers: readonly { readonly server: string; readonly rotation: string }[] }[]; // prettier-ignore
  readonly loadBalancer: { readonly running: readonly string[]; readonly addresses: readonly Address[] };
  readonly heals: readonly { readonly vnfcInstanceId: string }[];
}

async function simulated(...faults: string[]): Promise<Case> {
  const { stdout, stderr } = await lab.exec(asked, ['vnfha', 'simulate', '--live', '--json', '--fail', ...faults]);
  if (!stdout.startsWith('{')) throw new Error(stderr);
  return (JSON.parse(stdout) as { cases: [Case] }).cases[0];
}

async function status(): Promise<VnfStatus | undefined> {
  const { stdout } = await lab.exec(asked, ['vnfha', 'status', '--json']);
  return stdout.startsWith('{') ? (JSON.parse(stdout) as VnfStatus) : undefined;
}

async function well(): Promise<void> {
  let problems: readonly string[] = [];
  await until('all is well', async () => {
    const now = await status();
    problems = (now?.problems ?? ['no status']).filter((problem) => !problem.startsWith('incident ')); // nobody heals here
    return problems.length === 0;
  }, waitMs).catch((error: unknown) => {
    throw new Error(`${String(error)}: ${problems.join('; ')}`);
  });
} // prettier-ignore

/** What both say alike. */
function endOf({ vnfcs, loadBalancer }: Case): string[] {
  return [
    ...vnfcs.flatMap(({ vnfc, running, active, addresses, servers }) => [
      `${vnfc} runs on ${[...running].sort().join()}`,
      ...(servers.length === 0 ? [`${vnfc} is active on ${active}, its address on ${addresses[0]!.at}`] : []),
      ...servers.map(({ server, rotation }) => `${vnfc}/${server} is ${rotation}`),
    ]),
    `HAProxy runs on ${[...loadBalancer.running].sort().join()}, its address on ${loadBalancer.addresses[0]!.at}`,
  ];
}

async function realEnd(): Promise<string[]> {
  const now = await status();
  if (now === undefined) return [];
  const up = ['up', 'active', 'standby'];
  const nodesOf = ({ instances }: VnfStatus['vnfcs'][number]): string =>
    instances.flatMap(({ node, state }) => (up.includes(state) ? [node] : [])).sort().join(); // prettier-ignore
  return [
    ...now.vnfcs.flatMap((group) => {
      const { name, kind, instances, vips } = group;
      const active = instances.find(({ state }) => state === 'active')?.node;
      return [
        `${name} runs on ${nodesOf(group)}`,
        ...(kind === 'active-standby' ? [`${name} is active on ${active}, its address on ${vips[0]!.node}`] : []),
        ...(kind === 'active-active' ? instances.map(({ node, rotation }) => `${name}/${node} is ${rotation}`) : []),
      ];
    }),
    `HAProxy runs on ${nodesOf(now.loadBalancer!)}, its address on ${now.loadBalancer!.vips[0]!.node}`,
  ];
}

async function endsAs(t: ExecutionContext, said: Case): Promise<void> {
  const wanted = endOf(said);
  let seen: string[] = [];
  await until('the cluster ends where the simulation did', async () => {
    seen = await realEnd();
    return seen.join() === wanted.join();
  }, waitMs).catch(() => undefined); // prettier-ignore
  t.deepEqual(seen, wanted);
}

async function forget(): Promise<void> {
  await lab.exec('node3', ['crm_resource', '--cleanup']);
  await well();
}

test.serial('the active instance dies', async (t) => {
  const active = (await simulated('lb:node1')).vnfcs[0]!.active!;
  const said = await simulated(`vnfc:registrar/${active}`);
  t.not(said.vnfcs[0]!.active, active);
  await lab.exec(active, ['pkill', '-9', '-x', 'redis-server']);
  await endsAs(t, said);
  await forget();
});

test.serial('an instance behind the load balancer dies more often than it is restarted', async (t) => {
  const said = await simulated('vnfc:web/node3', '--lasting');
  t.deepEqual(said.heals.map(({ vnfcInstanceId }) => vnfcInstanceId), ['WEB-c336']); // prettier-ignore
  await lab.exec('node3', ['pkill', '-9', '-x', 'nginx']);
  await until('it has failed once, and serves again', async () => {
    const web = (await status())?.vnfcs.find(({ name }) => name === 'web');
    const counted = (await lab.cluster())?.failures.some(({ resource, failCount }) => resource === 'sipcore-web' && failCount === 2);
    return counted && web?.instances.every(({ state, rotation }) => state === 'up' && rotation === 'in');
  }, waitMs); // prettier-ignore
  await lab.exec('node3', ['pkill', '-9', '-x', 'nginx']);
  await endsAs(t, said);
  await until('the VNFM is asked', async () => {
    const { stdout } = await lab.exec('node3', ['vnfha', 'incident', 'list', '--json']);
    return stdout.includes('"web"') && stdout.includes('node3');
  }, waitMs); // prettier-ignore
  await forget();
});

test.serial('the HAProxy with the address dies', async (t) => {
  const lb = (await simulated('node:node3')).loadBalancer.addresses[0]!.at!;
  const said = await simulated(`lb:${lb}`);
  t.not(said.loadBalancer.addresses[0]!.at, lb);
  await lab.exec(lb, ['pkill', '-9', '-x', 'haproxy']);
  await endsAs(t, said);
  await forget();
});

test.serial('the node of the active instance is off', async (t) => {
  const active = (await simulated('lb:node1')).vnfcs[0]!.active!;
  asked = active === 'node1' ? 'node2' : 'node1';
  const said = await simulated(`node:${active}`);
  t.not(said.vnfcs[0]!.active, active);
  await lab.unplug(active); // as good as off, until it is fenced; and it doesn't come back
  await endsAs(t, said);
});
