/**
 * Fencing: there is some, for every node, and without secrets in the CIB.
 */
import { checkNodeList, type Checkup } from './checkup.ts';

export function checkFencing(checkup: Checkup): void {
  const { fencing } = checkup.description;
  if (fencing === undefined) {
    if (!checkup.absent(['fencing'])) return;
    const what =
      'there is no fencing: a lost node may still hold its addresses and state, so nothing could safely take over';
    return checkup.error([], what, "Add 'fencing' with a device that can power every node off.");
  }
  const fenced = new Set<string>();
  let all = false;
  fencing.forEach((device, at) => {
    if (device === undefined || device.nodes === undefined) {
      all = true;
    } else {
      checkNodeList(checkup, ['fencing', at, 'nodes'], device.nodes, 'Pacemaker fences that by its VM’s resource');
      for (const node of device.nodes) if (node !== undefined) fenced.add(node);
    }
    for (const [name, value] of Object.entries(device?.parameters ?? {})) {
      checkSecret(checkup, at, name);
      checkCharacters(checkup, at, name, value);
    }
  });
  if (all) return;
  checkup.description.nodes?.forEach((node, at) => {
    if (node?.name === undefined || fenced.has(node.name)) return;
    const what = `no fence device can fence the node '${node.name}'`;
    checkup.error(
      ['nodes', at, 'name'],
      what,
      "Add it to the 'nodes' of a device in 'fencing', or add a device for it.",
    );
  });
}

const secret =
  /^(.*_)?(passwd|password|passphrase|secret|secret_key|secret_access_key|token|api_?key|snmp_(auth|priv)_passw(or)?d|community)$/i;

function checkSecret(checkup: Checkup, at: number, name: string): void {
  if (!secret.test(name)) return;
  const what = `'${name}' would put a secret into the CIB, which every user of the group haclient can read`;
  const cure = "Use 'passwd_script' with a program, mode 0700, that prints it; or the agent's own file of credentials.";
  checkup.error(['fencing', at, 'parameters', name], what, cure, 'key');
}

/** Pacemaker's programs turn a line feed into '\\n', and write XML that can't be read where a quote, <, > or & comes after a character beyond ASCII. */
function checkCharacters(checkup: Checkup, at: number, name: string, value: unknown): void {
  const odd = /[^ -~]/u.exec(String(value))?.[0];
  if (odd === undefined) return;
  const what = `the value of '${name}' has the character ${JSON.stringify(odd)}, which doesn't pass Pacemaker's programs unharmed`;
  checkup.error(
    ['fencing', at, 'parameters', name],
    what,
    'Use printable ASCII only; what else is needed goes into a file of the agent.',
  );
}
