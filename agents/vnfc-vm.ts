/** ocf:vnfha:vnfc-vm: the VM of a VNFC, by this node's libvirt and QEMU. */
import { defineAgent } from '../src/ocf/agent.ts';
import type { OcfCode } from '../src/ocf/codes.ts';
import { runAgent } from '../src/ocf/run-agent.ts';
import { monitorVm } from '../src/ocf/vm/monitor.ts';
import { parameters } from '../src/ocf/vm/parameters.ts';
import { validate, type VmCall } from '../src/ocf/vm/vm.ts';

const vm = defineAgent({
  name: 'vnfc-vm',
  shortdesc: 'The VM of a VNFC',
  longdesc:
    "Starts, stops, migrates and watches a VM on this node's libvirt (qemu:///system), as its XML says. Whether it runs is seen by QEMU's process: a libvirtd that is down or restarting is no dead VM.",
  parameters,
  actions: {
    start: { timeout: 90, run: start },
    stop: { timeout: 90, run: stop },
    monitor: { timeout: 30, recurring: [{ interval: 10 }], run: monitorVm },
    migrate_to: { timeout: 300, run: migrateTo },
    migrate_from: { timeout: 60, run: migrateFrom },
    'validate-all': { timeout: 10, run: validate },
  },
});

// what speaks with libvirt is loaded when it is needed: a monitor does without

async function start(call: VmCall): Promise<OcfCode> {
  const { startVm } = await import('../src/ocf/vm/start.ts');
  return startVm(call);
}

async function stop(call: VmCall): Promise<OcfCode> {
  const { stopVm } = await import('../src/ocf/vm/stop.ts');
  return stopVm(call);
}

async function migrateTo(call: VmCall): Promise<OcfCode> {
  const { sendVm } = await import('../src/ocf/vm/migrate.ts');
  return sendVm(call);
}

async function migrateFrom(call: VmCall): Promise<OcfCode> {
  const { receiveVm } = await import('../src/ocf/vm/migrate.ts');
  return receiveVm(call);
}

void runAgent(vm);
