/**
 * The owner file: which node has the VM, on storage that all nodes share. Only the node that is noted may run it; it is taken over
 * from a node that Pacemaker says is gone (offline, and nothing left to be fenced), and from no other.
 */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { ClusterStatus } from '../../model/cluster.ts';
import { messageOf } from '../../process/failure.ts';
import { ocf, OcfError } from '../codes.ts';
import type { OcfLog } from '../log.ts';
import { localNodeName } from '../run-agent.ts';

/**
 * Notes this node as the owner, before the VM is started.
 * @throws OcfError errGeneric: another node has it, or the file can't be read or written
 */
export async function takeOwnership(file: string, log: OcfLog): Promise<void> {
  const self = localNodeName(process.env);
  try {
    const owner = readOwner(file);
    if (owner === self) return;
    if (owner !== undefined) await mustBeGone(owner, file, log);
    write(file, self, owner === undefined);
  } catch (error) {
    if (error instanceof OcfError) throw error;
    throw new OcfError(ocf.errGeneric, `the owner of the VM cannot be noted in ${file}: ${messageOf(error)}`);
  }
}

/** Notes `node` (default: this one) as the owner of a VM that is known to be there. A failure is a warning: it only costs a start elsewhere. */
export function noteOwner(file: string, log: OcfLog, node = localNodeName(process.env)): void {
  try {
    if (readOwner(file) !== node) write(file, node, false);
  } catch (error) {
    log.warn(`the owner of the VM cannot be noted in ${file}: ${messageOf(error)}`);
  }
}

/** After a stop that is proved: any node may start it. */
export function releaseOwnership(file: string, log: OcfLog): void {
  try {
    const owner = readOwner(file);
    if (owner === localNodeName(process.env)) rmSync(file, { force: true });
    else if (owner !== undefined) log.info(`${file} stays: it says that ${owner} has the VM`);
  } catch (error) {
    log.error(`${file} cannot be removed, so that no other node will start the VM: ${messageOf(error)}`);
  }
}

/** Whether `node` can't run anything, by the cluster's word. Pure. */
export function isGone(status: ClusterStatus, node: string): boolean {
  const found = status.nodes.find(({ name }) => name === node);
  return found !== undefined && !found.online && !found.unclean && !found.pending;
}

async function mustBeGone(owner: string, file: string, log: OcfLog): Promise<void> {
  const { readStatus } = await import('../../pacemaker/crm-mon.ts');
  const gone = await readStatus().then(
    (status) => isGone(status, owner),
    (error: unknown) => messageOf(error),
  );
  if (gone === true) return log.info(`the VM is taken over from ${owner}, which is gone`);
  const why = gone === false ? 'the cluster does not say that this node is gone' : gone;
  throw new OcfError(ocf.errGeneric, `${owner} may be running the VM: ${file} says so, and ${why}; when it is certain that it does not, remove that file`); // prettier-ignore
}

function readOwner(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whole or not at all; `first`: only when no other node has written it meanwhile. */
function write(file: string, node: string, first: boolean): void {
  const candidate = `${file}.${node}.${process.pid}`;
  writeFileSync(candidate, `${node}\n`, { mode: 0o600 });
  try {
    if (first) linkSync(candidate, file);
    else renameSync(candidate, file);
  } finally {
    rmSync(candidate, { force: true });
  }
}
