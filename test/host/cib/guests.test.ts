/** Guest nodes: the CIB of examples/guest-nodes.yaml, by Pacemaker's own tools; and that a promotion doesn't wait for a lost guest's boot. */
import test from 'ava';
import { changesBetween } from '../../../src/cib/changes.ts';
import { mergeCib } from '../../../src/cib/merge.ts';
import { renderCorosyncConfig } from '../../../src/cib/render.ts';
import { loadTemplates } from '../../../src/cib/templates.ts';
import type { Vnf } from '../../../src/model/vnf.ts';
import { verifyCib } from '../../../src/pacemaker/verify.ts';
import { parseXml, serializeXml } from '../../../src/process/xml.ts';
import { settled } from '../../../src/simulate/what-if.ts';
import { withoutLostGuests } from '../../../src/simulate/beginning.ts';
import { generated, simulate } from './simulated.ts';

const { vnf, cib } = await generated('guest-nodes');

test('crm_verify takes it, apply finds nothing to change in it, and Corosync knows no guest', async (t) => {
  await t.notThrowsAsync(verifyCib(serializeXml(cib), 'this'));
  const ours = cib.children.find(({ name }) => name === 'configuration')!;
  t.deepEqual(changesBetween(cib, mergeCib(cib, ours, vnf.name)), []);
  const corosync = renderCorosyncConfig(vnf, await loadTemplates());
  t.deepEqual([...corosync.matchAll(/\bname: (\S+)/g)].map(([, name]) => name), ['node1', 'node2', 'node3']);
}); // prettier-ignore

test('the VMs are on hosts of their own, and in them and nowhere else the VNFC with its VIP', async (t) => {
  const { status } = await settled(cib, vnf);
  const on = (id: string) =>
    status.resources.filter((one) => one.id === id && one.active).flatMap(({ nodes }) => nodes);
  t.is(new Set([...on('guests-guest-vm1'), ...on('guests-guest-vm2')]).size, 2);
  t.deepEqual(on('guests-registrar').sort(), ['vm1', 'vm2']);
  t.regex(on('guests-registrar-vip').join(), /^vm[12]$/);
});

/** What the scheduler plans when Pacemaker has forgotten what was in vm1, whose VM is lost with its host and about to start elsewhere. */
async function planned(of: typeof cib, by: Vnf): Promise<readonly string[]> {
  const { cib: before, status } = await settled(of, by);
  const active = status.resources.find(({ role }) => role === 'Promoted')!.nodes[0]!;
  const host = status.resources.find(({ id }) => id === `guests-guest-${active}`)!.nodes[0]!;
  const forgotten = withoutLostGuests(parseXml(before, 'test'), by, [{ kind: 'node', node: host }], status);
  const { actions } = await simulate(serializeXml(forgotten.cib), ['--node-fail', host, '--quorum', 'true']);
  return actions.map((action) => action.replaceAll(active, 'LOST'));
}

test('the standby is promoted while the lost guest boots: nothing is started or looked for in that', async (t) => {
  const actions = await planned(cib, vnf);
  t.true(
    actions.some((action) => /^guests-registrar(:\d)? promote vm[12]$/.test(action)),
    actions.join('\n'),
  );
  t.false(actions.some((action) => /^guests-registrar\S* start/.test(action) && action.endsWith('LOST')), actions.join('\n')); // prettier-ignore
  const without = (child: typeof cib): typeof cib => ({ ...child, children: child.children.filter(({ attributes }) => !attributes['id']?.endsWith('-in-guests-that-are-up')).map(without) }); // prettier-ignore
  const waiting = await planned(without(cib), vnf);
  t.true(waiting.some((action) => /^guests-registrar\S* start LOST$/.test(action)), `without the constraint:\n${waiting.join('\n')}`); // prettier-ignore
});
