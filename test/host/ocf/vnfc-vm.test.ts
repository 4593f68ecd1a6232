/** The agent vnfc-vm with a real libvirtd, a real QEMU and a guest that boots. */
import test from 'ava';
import { type VmNode, vmNode } from '../libvirt/vm-node.ts';
import { ask, booted, kill, state, succeeds } from './vm-calls.ts';

let vm: VmNode;
test.before('one node for all', async () => {
  vm = await vmNode();
});
test.after.always('nothing stays', () => vm?.end());

test.serial('a guest starts, is seen, and shuts down when it is asked', (t) => {
  succeeds(t, vm, 'validate-all', booted);
  t.is(ask(vm, 'monitor').code, 7);
  t.is(state(vm), null, 'a probe changes nothing');
  succeeds(t, vm, 'start', { more: { ...booted.more, check_agent: 'yes' } });
  t.like(state(vm), { leader: { pid: vm.qemu() }, phase: 'running', agent: 'vnfc-vm' });
  t.regex(vm.virsh('list', '--transient').stdout, /guest/, 'libvirt has no definition that it could start by itself');
  succeeds(t, vm, 'start', booted);
  succeeds(t, vm, 'monitor');
  succeeds(t, vm, 'monitor', { more: { check_agent: 'yes' } });
  t.like(ask(vm, 'monitor', { more: { check_command: 'false' } }), {
    code: 1,
    reason: "'false' ended with exit code 1",
  });
  // its agent takes every order and shuts nothing down: the power button does
  t.notRegex(succeeds(t, vm, 'stop').stderr, /WARN/, 'nothing but the guest ended it');
  t.is(vm.qemu(), undefined);
  t.is(state(vm), null);
  t.is(ask(vm, 'monitor').code, 7);
  succeeds(t, vm, 'stop');
});

test.serial('libvirtd dead is no dead VM, and a VM that dies meanwhile is seen', async (t) => {
  succeeds(t, vm, 'start');
  await vm.signalLibvirtd('KILL');
  succeeds(t, vm, 'monitor', { more: { check_agent: 'yes' } });
  await kill(t, vm);
  t.is(ask(vm, 'monitor').code, 7);
  succeeds(t, vm, 'stop');
  await vm.startLibvirtd();
  succeeds(t, vm, 'start');

  await vm.signalLibvirtd('KILL');
  const { stderr } = succeeds(t, vm, 'stop', { timeoutMs: 3000 });
  t.regex(stderr, /cannot be asked to shut down/);
  t.is(vm.qemu(), undefined);
  await vm.startLibvirtd();
});

test.serial('libvirtd that hangs hides nothing, and holds up no stop', async (t) => {
  succeeds(t, vm, 'start');
  await vm.signalLibvirtd('STOP');
  t.teardown(() => vm.signalLibvirtd('CONT'));
  succeeds(t, vm, 'monitor', { timeoutMs: 20_000 });
  succeeds(t, vm, 'stop', { timeoutMs: 6000 });
  t.is(vm.qemu(), undefined);
  t.is(ask(vm, 'monitor').code, 7);
  // an agent was killed while it had libvirtd create the VM: nobody knows what libvirtd will do
  const noted = JSON.stringify({ phase: 'starting', agent: 'vnfc-vm' });
  vm.run('sh', '-c', 'echo "$0" >/run/vnfha/agents/test.json', noted);
  const doubtful = ask(vm, 'stop', { timeoutMs: 2500 });
  t.is(doubtful.code, 1);
  t.regex(doubtful.reason!, /not known to be stopped/);
  await vm.signalLibvirtd('CONT');
  succeeds(t, vm, 'stop');
  t.is(state(vm), null);
});

test.serial('a guest that ignores the power button is ended in time', (t) => {
  vm.run('sed', '-i', 's/quiet/deaf quiet/', '/run/guest/guest.xml');
  succeeds(t, vm, 'start', booted);
  const { ms, stderr } = succeeds(t, vm, 'stop', { timeoutMs: 6000 });
  t.true(ms < 6000);
  t.regex(stderr, /does not shut down in time/);
  t.is(vm.qemu(), undefined);
  vm.run('sed', '-i', 's/deaf quiet/quiet/', '/run/guest/guest.xml');
});

test.serial('a guest that is paused has failed; stop does not wait for what it cannot hear', (t) => {
  succeeds(t, vm, 'start');
  vm.virsh('suspend', 'guest');
  t.like(ask(vm, 'monitor'), { code: 1, reason: "the VM 'guest' is paused (user)" });
  t.true(succeeds(t, vm, 'stop', { timeoutMs: 60_000 }).ms < 15_000);
});

test.serial('a QEMU that libvirt lost is not overlooked, not started again, and stopped', (t) => {
  succeeds(t, vm, 'start');
  vm.run('rm', '/run/libvirt/qemu/guest.xml', '/run/vnfha/agents/test.json');
  const pid = vm.qemu();
  succeeds(t, vm, 'monitor');
  succeeds(t, vm, 'start');
  t.is(vm.qemu(), pid);
  succeeds(t, vm, 'stop', { timeoutMs: 3000 });
  t.is(vm.qemu(), undefined);
});

test.serial('what another node may be running is not started', (t) => {
  const owner = (node: string): void => void vm.run('sh', '-c', 'echo "$0" >/run/owner', node);
  const crmMon = (nodes: string): void => {
    const answer = `<pacemaker-result><summary><current_dc present="true" with_quorum="true"/><cluster_options/></summary><nodes>${nodes}</nodes></pacemaker-result>`;
    vm.run(
      'sh',
      '-c',
      `printf '#!/bin/sh\\ncat <<END\\n%s\\nEND\\n' "$0" >/usr/local/bin/crm_mon; chmod +x /usr/local/bin/crm_mon`,
      answer,
    );
  };
  vm.run('mount', '-t', 'tmpfs', 'tmpfs', '/usr/local/bin');
  const node = (online: boolean, unclean: boolean): string =>
    `<node name="other" id="2" online="${online}" unclean="${unclean}" pending="false"/>`;
  const owned = { more: { owner_file: '/run/owner' } };

  owner('other');
  for (const [nodes, why] of [
    ['', 'a stranger'],
    [node(true, false), 'it is online'],
    [node(false, true), 'it is not fenced yet'],
  ] as const) {
    crmMon(nodes);
    const refused = ask(vm, 'start', owned);
    t.is(refused.code, 1, why);
    t.regex(refused.reason!, /^other may be running the VM/);
    t.is(vm.qemu(), undefined);
  }
  succeeds(t, vm, 'stop', owned);
  t.is(vm.run('cat', '/run/owner').stdout, 'other\n', 'a stop here says nothing about it');
  crmMon(node(false, false));
  succeeds(t, vm, 'start', owned);
  t.is(vm.run('cat', '/run/owner').stdout, 'lonely\n');
  succeeds(t, vm, 'stop', { ...owned, timeoutMs: 3000 });
  t.not(vm.run('cat', '/run/owner').code, 0, 'free for all');
});

test.serial('what is wrong is said before anything is done', (t) => {
  const wrong = (more: Readonly<Record<string, string>>): [number | null, string | undefined] => {
    const { code, reason } = ask(vm, 'start', { more });
    return [code, reason];
  };
  for (const domain of ['../guest', '-guest', 'gu est', 'guest,x', 'x'.repeat(65)])
    t.is(wrong({ domain })[0], 6, domain);
  t.is(wrong({ check_agent: 'perhaps', check_http: 'ftp://x' })[0], 6);
  t.deepEqual(wrong({ config: '/run/none.xml' }), [5, "the domain's XML /run/none.xml is not here"]);
  t.deepEqual(wrong({ domain: 'other' }), [5, "/run/guest/guest.xml is of the domain 'guest', not of 'other'"]);
  vm.virsh('define', '/run/guest/guest.xml');
  vm.virsh('autostart', 'guest');
  t.like(ask(vm, 'start'), { code: 5 });
  t.regex(ask(vm, 'start').reason!, /behind the cluster's back/);
  vm.virsh('undefine', 'guest');
  t.is(vm.qemu(), undefined);
  t.is(state(vm), null);
});
