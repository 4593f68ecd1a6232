/** The agent vnfc-vm with those around it: another node's libvirt, the supervisor, Debian's tester of agents. */
import { mkdtempSync, rmSync } from 'node:fs';
import test from 'ava';
import { until } from '../corosync/lonely-node.ts';
import { vmNode } from '../libvirt/vm-node.ts';
import { supervisorRig } from '../supervisor/rig.ts';
import { ocfTester } from './agent-calls.ts';
import { ask, kill, parameters, state, succeeds } from './vm-calls.ts';

test.serial('a live migration, and one that cannot be', async (t) => {
  const shared = mkdtempSync('/tmp/vnfha-vm-');
  t.teardown(() => rmSync(shared, { recursive: true, force: true }));
  const [from, to] = [await vmNode(`${shared}/from`), await vmNode(`${shared}/to`)];
  t.teardown(from.end);
  t.teardown(to.end);
  const more = {
    owner_file: `${shared}/owner`,
    migration_uri: `qemu+unix:///system?socket=${shared}/%n/libvirt-sock`,
    migration_address: `unix://${shared}/%n/migration`,
  };
  process.env.OCF_RESKEY_CRM_meta_migrate_target = 'nowhere';
  t.teardown(() => delete process.env.OCF_RESKEY_CRM_meta_migrate_target);
  succeeds(t, from, 'start', { more });
  const failed = ask(from, 'migrate_to', { more });
  t.is(failed.code, 1);
  t.regex(failed.reason!, /'guest' was not migrated to nowhere/);
  succeeds(t, from, 'monitor', { more });
  t.is(state(from)!.phase, 'running');

  process.env.OCF_RESKEY_CRM_meta_migrate_target = 'to';
  succeeds(t, from, 'migrate_to', { more });
  t.is(from.qemu(), undefined);
  t.is(state(from), null);
  t.is(from.run('cat', more.owner_file).stdout, 'to\n');
  succeeds(t, to, 'migrate_from', { more });
  t.like(state(to), { leader: { pid: to.qemu() }, phase: 'running' });
  t.is(ask(from, 'monitor', { more }).code, 7);
  succeeds(t, from, 'stop', { more });
  succeeds(t, to, 'monitor', { more });
});

test.serial('it passes ocf-tester', async (t) => {
  const vm = await vmNode();
  t.teardown(vm.end);
  t.is(ocfTester(vm, 'vnfc-vm', parameters, 8000), ''); // its guests never come so far as to hear the power button
});

test.serial('the supervisor sees a VM that is killed at once; until then its sight answers the monitor', async (t) => {
  const vm = await vmNode();
  const rig = await supervisorRig(t, vm);
  await rig.startSupervisor();
  succeeds(t, vm, 'start');
  await until('it is well', () => rig.words('test').at(-1)?.word === 'well');
  succeeds(t, vm, 'monitor', { intervalMs: 10_000 });
  await until('there is a sight', () => rig.sight('test') !== undefined);
  const begun = Date.now();
  await kill(t, vm);
  await until('it is said', () => rig.words('test').at(-1)?.word === 'died');
  t.log(`said ${(rig.words('test').at(-1)!.at - begun).toFixed(1)} ms after the kill was asked for`);
  await until('Pacemaker is told', () => rig.told().length > 0);
  t.is(rig.sight('test'), undefined);
  t.is(ask(vm, 'monitor', { intervalMs: 10_000 }).code, 7);
  succeeds(t, vm, 'stop');
});
