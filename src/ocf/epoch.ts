/**
 * The epochs of promotions, in the CIB: a property of the cluster, in a set of its own. The CIB is on every node's disk, and Pacemaker promotes only
 * in a partition with quorum after the others are fenced; so whoever promotes reads what the last one wrote.
 */
import { ocf, OcfError } from './codes.ts';
import { execute } from './program.ts';

const place = (instance: string): string[] => {
  const resource = instance.replace(/:\d+$/, '');
  return ['crm_attribute', '--type', 'crm_config', '--set-name', 'vnfha-sync', '--name', `vnfha-epoch-${resource}`];
};

/**
 * The newest epoch that was given to an instance of this resource; 0: none.
 * @throws OcfError errGeneric when the cluster can't be asked
 */
export async function newestEpoch(instance: string, timeoutMs: number): Promise<number> {
  const { stdout, problem } = await execute([...place(instance), '--query', '--quiet', '--default', '0'], {
    timeoutMs,
  });
  const epoch = Number(stdout.trim() || NaN);
  if (problem === undefined && Number.isSafeInteger(epoch) && epoch >= 0) return epoch;
  const why = problem ?? `it is '${stdout.trim().slice(0, 60)}'`;
  throw new OcfError(ocf.errGeneric, `the epoch of the last promotion can't be read in the CIB: ${why}`);
}

/** Has it in the CIB when it resolves. @throws OcfError errGeneric */
export async function recordEpoch(instance: string, epoch: number, timeoutMs: number): Promise<void> {
  const { problem } = await execute([...place(instance), '--update', String(epoch)], { timeoutMs });
  if (problem !== undefined)
    throw new OcfError(ocf.errGeneric, `the epoch ${epoch} can't be written into the CIB: ${problem}`);
}
