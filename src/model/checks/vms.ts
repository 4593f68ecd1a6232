/**
 * VNFCs whose instances are VMs: what they have instead of a program, and their VMs, each with a name, a domain and files of its own.
 */
import type { Path } from '../source.ts';
import { ownAddress, urlAt } from '../normalise-vms.ts';
import type { Checkup, LooseVnfc } from './checkup.ts';

export function checkVms(checkup: Checkup): void {
  /** What a VM has that no other of the VNF may have: 'domain web1' -> where it stands. */
  const owned = new Map<string, Path>();
  checkup.description.vnfcs?.forEach((vnfc, at) => {
    if (vnfc === undefined) return;
    const path = ['vnfcs', at];
    const name = `the VNFC '${vnfc.name ?? at}'`;
    checkWay(checkup, path, name);
    if (checkup.absent([...path, 'vms'])) return checkPlainUrl(checkup, path, vnfc);
    checkFields(checkup, path, name, vnfc);
    checkQuestion(checkup, path, name, vnfc);
    checkInstances(checkup, path, name, vnfc, owned);
  });
}

function checkWay(checkup: Checkup, path: Path, name: string): void {
  const [program, vms] = ['program', 'vms'].map((field) => !checkup.absent([...path, field]));
  if (program && vms) {
    const cure = "Keep 'program' for instances on the nodes, or 'vms' for VMs of their own.";
    checkup.error([...path, 'vms'], `${name} has both 'program' and 'vms'`, cure, 'key');
  } else if (!program && !vms) {
    const cure = "Add 'program': how an instance is started and stopped; or 'vms', where each is a VM.";
    checkup.error(path, `${name} has neither 'program' nor 'vms'`, cure, 'key');
  }
}

/** Fields that speak of instances on nodes. */
const notWithVms: Readonly<Record<string, string>> = {
  instances: "Remove it: there are as many as 'vms.instances' lists.",
  heartbeat: "Remove it: a VM's end is seen at once, and what hangs in it by 'check' and 'service.check'.",
  vnfcInstanceIds: "Remove it, and give each VM its 'vnfcInstanceId'.",
};

function checkFields(checkup: Checkup, path: Path, name: string, vnfc: LooseVnfc): void {
  if (vnfc.redundancy === 'active-standby') {
    const what = `${name} is active-standby, and 'vms' is for active-active VNFCs`;
    checkup.error([...path, 'vms'], what, "Write 'redundancy: active-active', or 'program'.", 'key');
  }
  for (const [field, cure] of Object.entries(notWithVms)) {
    if (checkup.absent([...path, field])) continue;
    checkup.error([...path, field], `${name} has 'vms', and '${field}' is for instances on the nodes`, cure, 'key');
  }
  if (!checkup.absent([...path, 'service', 'network'])) {
    const what = `${name} has 'vms', and the load balancer reaches each of them at its own address`;
    checkup.error([...path, 'service', 'network'], what, "Remove it: the VMs' addresses say the network.", 'key');
  }
}

/** Each VM is asked at its own address: one and the same URL would ask one of them. */
function checkQuestion(checkup: Checkup, path: Path, name: string, { check, vms }: LooseVnfc): void {
  const http = check?.http;
  if (http !== undefined) {
    const field = [...path, 'check', 'http'];
    if (!http.startsWith('/') && !http.includes(ownAddress)) {
      const what = `'${http}' is the same for every VM of ${name}`;
      checkup.error(field, what, "Write its path, as /health; or with '%a' where the VM's address goes.");
    } else if (!URL.canParse(urlAt(http, '192.0.2.1', 1))) {
      checkup.error(field, `'${http}' is not a URL`, 'Write it as /health, or http://%a:8080/health.');
    }
  }
  const asked = ['tcp', 'http', 'command'].some((field) => !checkup.absent([...path, 'check', field]));
  if (asked || vms === undefined || vms.guestAgent === true) return;
  const what = `${name} has no check: a VM counts as up when its guest begins to boot, and a VNFC that fails in it is never recovered`;
  checkup.warning([...path, 'vms'], what, "Add a 'check' with http, tcp or command, or 'guestAgent: true'.", 'key');
}

function checkPlainUrl(checkup: Checkup, path: Path, { check }: LooseVnfc): void {
  if (check?.http?.startsWith('/') !== true) return;
  const cure = 'Write it as http://127.0.0.1:8080/health.';
  checkup.error([...path, 'check', 'http'], `'${check.http}' is a path, and only VMs are asked by one`, cure);
}

function checkInstances(checkup: Checkup, path: Path, name: string, vnfc: LooseVnfc, owned: Map<string, Path>): void {
  const names = new Map<string, Path>();
  const nameless: string[] = [];
  vnfc.vms?.instances?.forEach((vm, at) => {
    if (vm === undefined) return;
    const here = [...path, 'vms', 'instances', at];
    const claim = (what: string, value: string | undefined, field: string, all: Map<string, Path>, cure: string): boolean => {
      const other = all.get(`${what} ${value}`);
      if (value === undefined) return true;
      if (other === undefined) all.set(`${what} ${value}`, [...here, field]);
      else checkup.error([...here, field], `the ${what} '${value}' is another VM's already, in line ${checkup.lineOf(other)}`, cure);
      return other === undefined;
    };
    const ownName = claim('name', vm.name, 'name', names, 'Rename one of them.');
    if (vm.domain !== undefined) claim('domain', vm.domain, 'domain', owned, 'Give each VM its own.');
    else if (ownName) claim('domain', vm.name, 'name', owned, "Rename one of them, or give it a 'domain'.");
    claim('file', vm.config, 'config', owned, 'Give each VM its own.');
    claim('file', vm.ownerFile, 'ownerFile', owned, 'Give each VM its own.');
    if (vm.vnfcInstanceId === undefined && checkup.absent([...here, 'vnfcInstanceId'])) nameless.push(vm.name ?? String(at));
  }); // prettier-ignore
  if (nameless.length === 0 || vnfc.recovery?.heal === false || checkup.description.vnfm === undefined) return;
  const what = `the VM${nameless.length === 1 ? '' : 's'} ${nameless.slice(0, 5).join(', ')} of ${name} cannot be named to the VNFM`;
  checkup.warning([...path, 'vms', 'instances'], what, 'Add a vnfcInstanceId to each of them.', 'key');
}
