/** ocf:vnfha:vnfc-vm: the VM of a VNFC, by this node's libvirt and QEMU. */
import { defineAgent } from '../src/ocf/agent.ts';
import { runAgent } from '../src/ocf/run-agent.ts';
import { monitorVm } from '../src/ocf/vm/monitor.ts';
import { parameters } from '../src/ocf/vm/parameters.ts';
import { validate } from '../src/ocf/vm/vm.ts';

const vm = defineAgent({
  name: 'vnfc-vm',
  shortdesc: 'The VM of a VNFC',
  longdesc:
    "Starts, stops, migrates and watches a VM on this node's libvirt (qemu:///system), as its XML says. Whether it runs is seen by QEMU's process: a libvirtd that is down or restarting is no dead VM.",
  parameters,
  // what speaks with libvirt is loaded when it is needed: a monitor does without
  actions: {
    start: { timeout: 90, run: async (call) => (await import('../src/ocf/vm/start.ts')).startVm(call) },
    stop: { timeout: 90, run: async (call) => (await import('../src/ocf/vm/stop.ts')).stopVm(call) },
    monitor: { timeout: 30, recurring: [{ interval: 10 }], run: monitorVm },
    migrate_to: { timeout: 300, run: async (call) => (await import('../src/ocf/vm/migrate.ts')).sendVm(call) },
    migrate_from: { timeout: 60, run: async (call) => (await import('../src/ocf/vm/migrate.ts')).receiveVm(call) },
    'validate-all': { timeout: 10, run: validate },
  },
});

void runAgent(vm);
