/**
 * Every template, by the scheduler itself: for the loss of any node and for failures, what the scheme's head comment promises.
 * And the control: without the constraint, the same check fails.
 */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { generateCib } from '../../../src/cib/generate.ts';
import { mergeCib } from '../../../src/cib/merge.ts';
import { loadTemplates } from '../../../src/cib/templates.ts';
import { haproxyId, lbVips, memberId, resourceId, vipId } from '../../../src/model/names.ts';
import type { NodesVnfc, Vnf } from '../../../src/model/vnf.ts';
import { run } from '../../../src/process/run.ts';
import { parseXml, serializeXml } from '../../../src/process/xml.ts';
import { generated, settled, type SimulatedCluster, simulate, type Transition } from './simulated.ts';

const examples = ['sipcore', 'sal1', 'two-node', 'five-nodes', 'sync-channels', 'vip-by-vnfc', 'two-vips'] as const;

for (const name of examples) {
  test(`${name}: crm_verify takes the CIB without a word`, async (t) => {
    const { cib } = await generated(name);
    const { stdout, stderr } = await run('crm_verify', ['--xml-pipe', '--verbose'], { input: serializeXml(cib) });
    t.is(stdout + stderr, '');
  });

  test(`${name}: settled, every VNFC serves`, async (t) => {
    const { vnf, cib } = await generated(name);
    t.deepEqual(wrong(vnf, await settled(vnf, cib)), []);
  });

  test(`${name}: the loss of any one node is fenced, and every VNFC serves again`, async (t) => {
    const { vnf, cib } = await generated(name);
    const cluster = await settled(vnf, cib);
    for (const { name: node } of vnf.nodes) {
      const transition = await simulate(cluster.cib, ['--node-fail', node, '--quorum', 'true']);
      // what has no other node waits for this one
      const left = {
        ...vnf,
        vnfcs: vnf.vnfcs.filter((vnfc) => (vnfc as NodesVnfc).nodes.some((other) => other !== node)),
      };
      t.deepEqual(wrong(left, transition.after, node), [], node);
      t.deepEqual(outOfOrder(left, transition, cluster, node), [], node);
    }
  });
}

test('the active instance fails: demoted, the standby promoted, the VIP moved; the failed one repaired only then', async (t) => {
  t.deepEqual(await activeFailure(), []);
});

test('a failed instance is promoted again when there is no other', async (t) => {
  const { vnf, cib } = await generated('two-node');
  const [resource, cluster] = [resourceId(vnf.name, 'subscribers'), await settled(vnf, cib)];
  const lost = (await simulate(cluster.cib, ['--node-fail', 'hss-b', '--quorum', 'true'])).after;
  const { after } = await simulate(lost.cib, ['--op-inject', `${resource}_monitor_10000@hss-a=7`]);
  t.deepEqual(after.where(resource, 'Promoted'), ['hss-a']);
});

test('two VIPs of a load balancer: one on each of its nodes, both on the other when an HAProxy fails, and apart again', async (t) => {
  t.deepEqual(await oneOfTwo(), []);
});

test('a failed instance behind the load balancer is excluded, stopped, started, re-admitted', async (t) => {
  t.deepEqual(await poolFailure(), []);
});

test("a load balancer that doesn't acknowledge doesn't hold up recovery", async (t) => {
  t.deepEqual(await memberStopFails(), []);
});

test('a place in the load balancer that cannot be had leaves the instance where it is', async (t) => {
  const { vnf, cib } = await generated('sipcore');
  const cluster = await settled(vnf, cib);
  const member = memberId(vnf.name, 'web');
  let { cib: failed } = cluster;
  for (let failure = 1; failure <= 3; failure++) {
    failed = (await simulate(failed, ['--op-inject', `${member}_monitor_30000@node3=1`])).after.cib;
  }
  const { after } = await simulate(failed, []);
  t.deepEqual(after.where(member, 'Started').sort(), ['node1', 'node2']);
  t.deepEqual(after.where(resourceId(vnf.name, 'web'), 'Started').sort(), ['node1', 'node2', 'node3']);
});

test('HAProxy fails: the VIP moves to the other one without waiting for a restart', async (t) => {
  t.deepEqual(await haproxyFailure(), []);
});

test('a fence device of one node runs elsewhere, and there when it must', async (t) => {
  t.deepEqual(await fenceDevices(), []);
});

test('nobody is asked for a VNFC outside of its nodes; what runs there since an older description is stopped', async (t) => {
  const { vnf, cib } = await generated('five-nodes');
  const cluster = await settled(vnf, cib);
  const own = ['ims-sessions', 'ims-sessions-vip', 'ims-registration', 'ims-registration-member'];
  t.deepEqual(
    lookedForOn(cluster.cib, 11).filter((id) => own.includes(id)),
    [],
  );
  t.deepEqual(
    own.filter((id) => !lookedForOn(cluster.cib, 21).includes(id)),
    [],
  );

  const [left] = cluster.where('ims-sessions', 'Promoted');
  const nodes = ['work1', 'work2', 'work3'].filter((node) => node !== left);
  const vnfcs = vnf.vnfcs.map((vnfc) => (vnfc.name === 'sessions' ? { ...vnfc, nodes } : vnfc));
  const changed = { ...vnf, vnfcs };
  const ours = generateCib(changed, await loadTemplates());
  const { actions, after } = await simulate(serializeXml(mergeCib(parseXml(cluster.cib, 'test'), ours, vnf.name)), []);
  t.deepEqual(
    inOrder(actions, [
      [`ims-sessions-vip stop ${left}`, `ims-sessions demote ${left}`],
      [`ims-sessions demote ${left}`, `ims-sessions stop ${left}`],
    ]),
    [],
  );
  t.deepEqual(wrong(changed, after), []);
});

test('two nodes: the one with the active VNFC wins the race to fence', async (t) => {
  const { vnf, cib } = await generated('two-node');
  const cluster = await settled(vnf, cib);
  const weights = cluster.cib.match(/name="(priority|priority-fencing-delay)" value="\w+"/g);
  t.deepEqual(weights, ['name="priority-fencing-delay" value="2s"', 'name="priority" value="1"']);
});

// Controls: what the checks above say when the template lacks what they check.
const controls = [
  ['a1-active-standby.xml', /<rsc_colocation id="{{vip}}-with-active".*\/>/, activeFailure, /vip is on/],
  ['a1-active-standby.xml', /<rsc_order id="{{vip}}-after-active".*\/>/, activeFailure, /promote node2, .*vip start/],
  [
    'a1-active-standby.xml',
    /<rsc_location id="{{clone}}-failed-not-active"[^]*?<\/rsc_location>/,
    activeFailure,
    /is not promoted on another node/,
  ],
  ['a1-active-standby.xml', / on-fail="demote"/, activeFailure, /is repaired first/],
  ['b1-active-active.xml', /<rsc_order id="{{member}}-after-instance".*\/>/, poolFailure, /not excluded/],
  ['b1-active-active.xml', /timeout="5s" on-fail="ignore"/, memberStopFails, /web is not recovered/],
  [
    'c-load-balancer.xml',
    /<rsc_colocation id="{{vip}}-with-haproxy".*\/>/,
    haproxyFailure,
    /vip is not where HAProxy runs/,
  ],
  [
    'c-load-balancer.xml',
    /<nvpair id="{{clone}}-meta_attributes-migration-threshold".*\/>/,
    haproxyFailure,
    /vip has not moved/,
  ],
  ['c-load-balancer.xml', /<rsc_colocation id="{{apart}}"[^]*?<\/rsc_colocation>/, oneOfTwo, /share/],
  ['c-load-balancer.xml', /<rsc_location id="{{vip}}-somewhere"[^]*?<\/rsc_location>/, oneOfTwo, /nowhere/],
  [
    'fencing.xml',
    /<rsc_location id="{{id}}-not-on-its-own-node"[^]*?<\/rsc_location>/,
    fenceDevices,
    /runs on its own node/,
  ],
  ['cluster.xml', /<nvpair id="cib-bootstrap-options-stonith-enabled".*\/>/, fencingOff, /nothing is fenced/],
] as const;

for (const [template, cut, check, says] of controls) {
  test(`control: ${template} without ${cut.source.slice(0, 60)}`, async (t) => {
    const problems = await withTemplate(template, cut, check);
    t.regex(problems.join('; '), says);
  });
}

/** What is wrong with the service of `vnf`, when all is settled; `lost` is the node that is gone. */
function wrong(vnf: Vnf, cluster: SimulatedCluster, lost = ''): string[] {
  const problems: string[] = [];
  const expect = (what: string, is: readonly string[], should: readonly string[]) => {
    if ([...is].sort().join() !== [...should].sort().join())
      problems.push(`${what} is on [${is.join()}], not on [${should.join()}]`);
  };
  for (const vnfc of vnf.vnfcs as readonly NodesVnfc[]) {
    const resource = resourceId(vnf.name, vnfc.name);
    const left = vnfc.nodes.filter((node) => node !== lost);
    if (vnfc.redundancy === 'active-active') {
      const running = cluster.where(resource, 'Started');
      const enough =
        running.length === Math.min(vnfc.instances, left.length) && running.every((node) => left.includes(node));
      if (!enough) problems.push(`${resource} is on [${running.join()}]`);
      expect(`${resource}-member`, cluster.where(memberId(vnf.name, vnfc.name), 'Started'), running);
      continue;
    }
    if (vnfc.vipBy === 'election') {
      expect(resource, cluster.where(resource, 'Started'), left); // nobody is told a role
      continue;
    }
    const promoted = cluster.where(resource, 'Promoted');
    if (promoted.length !== 1) problems.push(`${resource} is promoted on [${promoted.join()}]`);
    expect(
      `${resource} as standby`,
      cluster.where(resource, 'Unpromoted'),
      left.filter((node) => node !== promoted[0]),
    );
    if (vnfc.vipBy === 'cluster')
      expect(`${resource}-vip`, cluster.where(vipId(vnf.name, vnfc.name), 'Started'), promoted);
  }
  const lb = vnf.loadBalancer;
  if (lb !== undefined) {
    const haproxy = cluster.where(haproxyId(vnf.name, lb.name), 'Started');
    const vip = cluster.where(vipId(vnf.name, lb.name), 'Started');
    expect(
      'HAProxy',
      haproxy,
      lb.nodes.filter((node) => node !== lost),
    );
    if (vip.length !== 1 || !haproxy.includes(vip[0]!))
      problems.push(`its vip is not where HAProxy runs: [${vip.join()}]`);
  }
  return problems;
}

/** The primitives that the node with this id was asked for. */
function lookedForOn(cib: string, node: number): string[] {
  const state = cib.split('<node_state ').find((text, at) => at > 0 && text.includes(`id="${node}"`));
  return [...state!.matchAll(/<lrm_resource id="([^"]+)"/g)].map(([, id]) => id!);
}

/** Of the pairs 'this before that', those that aren't so: fencing before anything of the lost node elsewhere, promotion before the VIP. */
function outOfOrder(vnf: Vnf, { actions, after }: Transition, before: SimulatedCluster, lost: string): string[] {
  const pairs: (readonly [string, string])[] = [];
  for (const vnfc of vnf.vnfcs as readonly NodesVnfc[]) {
    const [resource, vip] = [resourceId(vnf.name, vnfc.name), vipId(vnf.name, vnfc.name)];
    if (vnfc.redundancy === 'active-active' || !before.where(resource, 'Promoted').includes(lost)) continue;
    const [next = 'nowhere'] = after.where(resource, 'Promoted');
    pairs.push([`fence ${lost}`, `${resource} promote ${next}`]);
    if (vnfc.vipBy === 'cluster') pairs.push([`${resource} promote ${next}`, `${vip} start ${next}`]);
  }
  if (vnf.loadBalancer !== undefined) {
    const vip = vipId(vnf.name, vnf.loadBalancer.name);
    if (before.where(vip, 'Started').includes(lost))
      pairs.push([`fence ${lost}`, `${vip} start ${after.where(vip, 'Started')[0]}`]);
  }
  return inOrder(actions, [[`fence ${lost}`, `fence ${lost}`], ...pairs]);
}

function inOrder(actions: readonly string[], pairs: readonly (readonly [string, string])[]): string[] {
  return pairs.flatMap(([first, then]) => {
    const [a, b] = [actions.indexOf(first), actions.indexOf(then)];
    return a >= 0 && b >= a ? [] : [`not in this order: ${first}, then ${then}; but ${actions.join(', ')}`];
  });
}

async function activeFailure(templates?: string): Promise<string[]> {
  const { vnf, cib } = await generated('sipcore', templates);
  const cluster = await settled(vnf, cib);
  const [resource, vip] = [resourceId(vnf.name, 'registrar'), vipId(vnf.name, 'registrar')];
  const { actions, after } = await simulate(cluster.cib, ['--op-inject', `${resource}_monitor_2000@node1=7`]);
  const [next = 'node1'] = after.where(resource, 'Promoted');
  return [
    ...wrong(vnf, cluster),
    ...wrong(vnf, after),
    ...(next === 'node1' ? [`${resource} is not promoted on another node`] : []),
    ...inOrder(actions, [
      [`${vip} stop node1`, `${resource} demote node1`],
      [`${resource} demote node1`, `${resource} promote ${next}`],
      [`${resource} promote ${next}`, `${vip} start ${next}`],
    ]),
    ...(actions.includes(`${resource} start node1`) ? [`${resource} is repaired first`] : []),
  ];
}

async function poolFailure(templates?: string): Promise<string[]> {
  const { vnf, cib } = await generated('sipcore', templates);
  const cluster = await settled(vnf, cib);
  const [resource, member] = [resourceId(vnf.name, 'web'), memberId(vnf.name, 'web')];
  const { actions, after } = await simulate(cluster.cib, ['--op-inject', `${resource}_monitor_2000@node3=7`]);
  if (!actions.includes(`${member} stop node3`)) return [`${member} is not excluded: ${actions.join(', ')}`];
  return [
    ...wrong(vnf, after),
    ...inOrder(actions, [
      [`${member} stop node3`, `${resource} stop node3`],
      [`${resource} stop node3`, `${resource} start node3`],
      [`${resource} start node3`, `${member} start node3`],
    ]),
  ];
}

async function memberStopFails(templates?: string): Promise<string[]> {
  const { vnf, cib } = await generated('sipcore', templates);
  const cluster = await settled(vnf, cib);
  const [resource, member] = [resourceId(vnf.name, 'web'), memberId(vnf.name, 'web')];
  const events = ['--op-inject', `${resource}_monitor_2000@node3=7`, '--op-fail', `${member}_stop_0@node3=1`];
  const { actions, after } = await simulate(
    (await simulate(cluster.cib, [...events, '--op-fail', `${member}:2_stop_0@node3=1`])).after.cib,
    [],
  );
  if (actions.some((action) => action.startsWith('fence'))) return [`${resource} is not recovered, its node is fenced`];
  return [...wrong(vnf, after), ...inOrder(actions, [[`${resource} stop node3`, `${resource} start node3`]])];
}

async function haproxyFailure(templates?: string): Promise<string[]> {
  const { vnf, cib } = await generated('sipcore', templates);
  const cluster = await settled(vnf, cib);
  const [haproxy, vip] = [haproxyId(vnf.name, 'lb'), vipId(vnf.name, 'lb')];
  const [holder] = cluster.where(vip, 'Started');
  const { actions, after } = await simulate(cluster.cib, ['--op-inject', `${haproxy}_monitor_2000@${holder}=7`]);
  const [next] = after.where(vip, 'Started');
  return [
    ...(after.where(haproxy, 'Started').includes(next!) ? [] : [`its vip is not where HAProxy runs: ${next}`]),
    ...(next === holder ? ['its vip has not moved'] : []),
    ...(actions.includes(`${haproxy} start ${holder}`) ? ['it waits for the restart'] : []),
  ];
}

/** Two VIPs: one HAProxy fails, and works again. */
async function oneOfTwo(templates?: string): Promise<string[]> {
  const { vnf, cib } = await generated('two-vips', templates);
  const cluster = await settled(vnf, cib);
  const haproxy = haproxyId(vnf.name, 'lb');
  const holders = (where: SimulatedCluster) =>
    lbVips(vnf.name, vnf.loadBalancer!).flatMap(({ id }) => where.where(id, 'Started'));
  const [first, second] = holders(cluster);
  const failed = (await simulate(cluster.cib, ['--op-inject', `${haproxy}_monitor_2000@${second}=7`])).after;
  const forgotten = failed.cib.replace(/<nvpair[^>]*name="(fail-count|last-failure)-[^>]*>/g, '');
  const { after } = await simulate(forgotten, []);
  return [
    ...(first === second ? [`both share ${first}`] : []),
    ...(holders(failed).join() === [first, first].join() ? [] : [`one is nowhere: ${holders(failed).join()}`]),
    ...(holders(after).toSorted().join() === [first, second].toSorted().join() ? [] : [`they share ${holders(after).join()}`]),
  ];
} // prettier-ignore

async function fenceDevices(templates?: string): Promise<string[]> {
  const { vnf, cib } = await generated('two-node', templates);
  const cluster = await settled(vnf, cib);
  const own = (where: SimulatedCluster, node: string, device: string) =>
    where.where(`hss-fence-${device}`, 'Started').includes(node);
  const problems = (['a', 'b'] as const)
    .filter((x) => own(cluster, `hss-${x}`, `ipmi-${x}`))
    .map((x) => `ipmi-${x} runs on its own node`);
  const { after } = await simulate(cluster.cib, ['--node-fail', 'hss-b', '--quorum', 'true']);
  if (!own(after, 'hss-a', 'ipmi-a')) problems.push('ipmi-a does not run on the only node left');
  return problems;
}

async function fencingOff(templates?: string): Promise<string[]> {
  const { vnf, cib } = await generated('two-node', templates);
  return serializeXml(cib).includes('name="stonith-enabled" value="true"') ? [] : [`nothing is fenced in ${vnf.name}`];
}

/** `check` with the one template changed. */
async function withTemplate(
  name: string,
  cut: RegExp,
  check: (templates: string) => Promise<string[]>,
): Promise<string[]> {
  const directory = await mkdtemp(path.join(tmpdir(), 'vnfha-test-'));
  try {
    await cp(new URL('../../../cib-templates/', import.meta.url).pathname, directory, { recursive: true });
    const file = path.join(directory, name);
    const text = await readFile(file, 'utf8');
    // The head comment names the ids as well: only what comes after it is cut.
    const end = text.indexOf('-->');
    const body = text.slice(end).replace(cut, '');
    if (body === text.slice(end)) throw new Error(`${cut.source} is not in ${name}`);
    await writeFile(file, text.slice(0, end) + body);
    return await check(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
