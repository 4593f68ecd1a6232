/**
 * Each VNFC by itself: its redundancy, its nodes, its program.
 */
import { splitCommand } from '../argv.ts';
import type { Path } from '../source.ts';
import { checkNodeList, known, nodesOf, type Checkup, type LooseVnfc } from './checkup.ts';

export function checkVnfcs(checkup: Checkup): void {
  const instanceIds = new Map<string, Path>();
  checkup.description.vnfcs?.forEach((vnfc, at) => {
    if (vnfc === undefined) return;
    const path = ['vnfcs', at];
    const name = `the VNFC '${vnfc.name ?? at}'`;
    checkNodeList(checkup, [...path, 'nodes'], vnfc.nodes, vnfc.vms && 'a VM runs on no other');
    checkCount(checkup, path, name, vnfc);
    checkRedundancy(checkup, path, name, vnfc);
    checkElection(checkup, path, name, vnfc);
    checkProgram(checkup, path, name, vnfc);
    checkCommands(checkup, path, vnfc);
    checkInstanceIds(checkup, path, name, vnfc, instanceIds);
  });
}

function checkCount(checkup: Checkup, path: Path, name: string, vnfc: LooseVnfc): void {
  const count = nodesOf(vnfc, checkup.facts).length;
  const field = vnfc.nodes === undefined ? path : [...path, 'nodes'];
  if (count === 1 && checkup.facts.nodeNames.length > 1) {
    checkup.warning(
      field,
      `${name} has one node: nothing takes over when it dies`,
      'Give it two nodes or more.',
      'key',
    );
  }
  const { instances } = vnfc;
  if (instances === undefined || count === 0 || vnfc.vms !== undefined) return;
  if (instances > count) {
    const what = `${instances} instances are more than the ${count} node${count === 1 ? '' : 's'} of ${name}, and a node runs one`;
    checkup.error([...path, 'instances'], what, `Write ${count} or less, or add nodes.`);
  } else if (instances === 1 && count > 1) {
    const what = `${name} has one instance: its service is gone until another is started`;
    checkup.warning([...path, 'instances'], what, 'Write 2 or more.');
  }
}

/** The fields that a scheme needs, and those that belong to the other. */
const schemes = {
  'active-standby': {
    needs: { vip: 'the address that follows the active instance', role: 'how it is told its role' },
    not: ['service'],
    other: 'active-active',
  },
  'active-active': {
    needs: { service: 'its port behind the load balancer' },
    not: ['vip', 'vipBy', 'role', 'sync'],
    other: 'active-standby',
  },
} as const;

function checkRedundancy(checkup: Checkup, path: Path, name: string, vnfc: LooseVnfc): void {
  if (vnfc.redundancy === undefined) return;
  const scheme = schemes[vnfc.redundancy];
  const elected = vnfc.redundancy === 'active-standby' && vnfc.vipBy === 'election';
  for (const [field, meaning] of Object.entries(scheme.needs)) {
    if (!checkup.absent([...path, field]) || (elected && field === 'role')) continue;
    const what = `${name} is ${vnfc.redundancy}, but has no '${field}'`;
    checkup.error([...path, 'redundancy'], what, `Add '${field}': ${meaning}.`);
  }
  for (const field of scheme.not) {
    if (checkup.absent([...path, field])) continue;
    const what = `${name} is ${vnfc.redundancy}, and '${field}' is for ${scheme.other} VNFCs`;
    checkup.error([...path, field], what, `Remove it, or write 'redundancy: ${scheme.other}'.`, 'key');
  }
}

/** Where the instances elect the active one by themselves, nobody tells them their role. */
function checkElection(checkup: Checkup, path: Path, name: string, vnfc: LooseVnfc): void {
  if (vnfc.redundancy !== 'active-standby' || vnfc.vipBy !== 'election') return;
  for (const field of ['role', 'sync'] as const) {
    if (checkup.absent([...path, field])) continue;
    const what = `${name} is active by an election of its own, and '${field}' is for those that are told their role`;
    checkup.error([...path, field], what, "Remove it, or write 'vipBy: vnfc' or 'vipBy: cluster'.", 'key');
  }
}

function checkProgram(checkup: Checkup, path: Path, name: string, vnfc: LooseVnfc): void {
  if (vnfc.program === undefined) return;
  const has = (field: string) => !checkup.absent([...path, 'program', field]);
  const program = [...path, 'program'];
  if (has('run')) {
    if (!has('start')) return;
    const cure =
      "Keep 'run' for a program that stays in the foreground, or 'start' and 'stop' for one that manages itself.";
    return checkup.error([...program, 'start'], `${name} has both 'run' and 'start'`, cure, 'key');
  }
  if (!has('start')) {
    const cure = "Add 'run' with a program that stays in the foreground; or 'start', 'stop' and a 'check'.";
    return checkup.error(program, `${name} has no way to be started`, cure, 'key');
  }
  if (!has('stop')) {
    checkup.error(program, `${name} has 'start' without 'stop'`, "Add 'stop': the command that stops it.", 'key');
  }
  if (!['tcp', 'http', 'command'].some((field) => !checkup.absent([...path, 'check', field]))) {
    const cure = "Add a 'check' with tcp, http or command.";
    checkup.error(program, `${name} has 'start', and without a check nobody could tell whether it runs`, cure, 'key');
  }
}

function checkCommands(checkup: Checkup, path: Path, { program, vms, check, role }: LooseVnfc): void {
  const commands = {
    program: { run: program?.run, start: program?.start, stop: program?.stop },
    check: { command: check?.command },
    role: { promote: role?.promote, demote: role?.demote, query: role?.query },
  };
  for (const [group, fields] of Object.entries(commands)) {
    for (const [field, command] of Object.entries(fields)) {
      if (command === undefined) continue;
      const text = typeof command === 'string' ? command : command.map((word) => word ?? 'x');
      const result = splitCommand(text);
      if (!('error' in result)) continue;
      const cure =
        'Write the program and its arguments, each in quotes that holds spaces or quotes, or a list of them.';
      checkup.error([...path, group, field], `the command ${result.error}`, cure);
    }
  }
  // one that begins with '/' is for VMs: checks/vms.ts
  if (check?.http !== undefined && vms === undefined && !check.http.startsWith('/') && !URL.canParse(check.http)) {
    checkup.error(
      [...path, 'check', 'http'],
      `'${check.http}' is not a URL`,
      'Write it as http://127.0.0.1:8080/health.',
    );
  }
}

function checkInstanceIds(
  checkup: Checkup,
  path: Path,
  name: string,
  vnfc: LooseVnfc,
  owners: Map<string, Path>,
): void {
  claimVmIds(checkup, path, vnfc, owners);
  if (vnfc.vnfcInstanceIds === undefined) return;
  const nodes = new Set(nodesOf(vnfc, checkup.facts));
  for (const [node, id] of Object.entries(vnfc.vnfcInstanceIds)) {
    const at = [...path, 'vnfcInstanceIds', node];
    if (!known(checkup, at, 'node', node, checkup.facts.networksOfNode)) continue;
    if (!nodes.has(node)) {
      checkup.error(at, `${name} does not run on '${node}'`, `Remove it, or add '${node}' to the VNFC's nodes.`, 'key');
    }
    if (id === undefined) continue;
    claimId(checkup, at, id, owners);
  }
  const without = [...nodes].filter((node) => !Object.hasOwn(vnfc.vnfcInstanceIds!, node));
  if (without.length > 0 && vnfc.recovery?.heal !== false && checkup.description.vnfm !== undefined) {
    const what = `the instance${without.length === 1 ? '' : 's'} of ${name} on ${without.slice(0, 5).join(', ')} cannot be named to the VNFM`;
    checkup.warning([...path, 'vnfcInstanceIds'], what, 'Add a vnfcInstanceId for each of its nodes.', 'key');
  }
}

function claimVmIds(checkup: Checkup, path: Path, vnfc: LooseVnfc, owners: Map<string, Path>): void {
  vnfc.vms?.instances?.forEach((vm, at) => {
    const id = vm?.vnfcInstanceId;
    if (id !== undefined) claimId(checkup, [...path, 'vms', 'instances', at, 'vnfcInstanceId'], id, owners);
  });
}

function claimId(checkup: Checkup, at: Path, id: string, owners: Map<string, Path>): void {
  const other = owners.get(id);
  if (other === undefined) return void owners.set(id, at);
  const what = `the vnfcInstanceId '${id}' is another instance's already, in line ${checkup.lineOf(other)}`;
  checkup.error(at, what, 'Give each instance its own.');
}
