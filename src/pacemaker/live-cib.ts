/** The cluster's own CIB: read, and changed by a patch that fits one version of it only. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { crmExit, runTool, wholeCibTimeout } from './tool.ts';

/**
 * The whole live CIB, status included.
 * @throws Failure 'pacemaker' when the cluster isn't running here, 'permission'.
 */
export async function queryCib(): Promise<string> {
  return (await runTool('cibadmin', ['--query'])).stdout;
}

/**
 * The patch from one CIB to another, with the version of the first in it.
 * @throws Failure 'pacemaker' when crm_diff can't make it.
 */
export async function diffCibs(before: string, after: string): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'vnfha-'));
  try {
    const files = [path.join(directory, 'before.xml'), path.join(directory, 'after.xml')] as const;
    await Promise.all([writeFile(files[0], before), writeFile(files[1], after)]);
    // It exits with 1 when there is a difference.
    const args = ['--original', files[0], '--new', files[1], '--cib'];
    return (await runTool('crm_diff', args, { accept: [0, 1], timeout: wholeCibTimeout })).stdout;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/**
 * Applies `patch` to the live CIB, if that still is what the patch was made from.
 * @returns false when it has changed since
 * @throws Failure 'pacemaker', 'permission'.
 */
export async function patchCib(patch: string): Promise<boolean> {
  const { code } = await runTool('cibadmin', ['--patch', '--xml-pipe'], { input: patch, accept: [0, crmExit.oldData] });
  return code === 0;
}
