import { crmExit, runTool } from './tool.ts';

/**
 * Makes Pacemaker forget the failures of `resource` on `node` (undefined: on every one), so that it may run there again. A resource or node that
 * isn't there (any more) has no failures: no error.
 * @throws Failure 'pacemaker', 'permission', 'timeout'.
 */
export async function cleanup(resource: string, node: string | undefined): Promise<void> {
  const where = node === undefined ? [] : ['--node', node];
  await runTool('crm_resource', ['--cleanup', '--resource', resource, ...where], {
    accept: [0, crmExit.noSuchObject],
    timeout: 60_000,
  });
}
