import { crmExit, runTool } from './tool.ts';

/**
 * Makes Pacemaker forget the failures of `resource` on `node`, so that it may run there again. A resource or node that
 * isn't there (any more) has no failures: no error.
 * @throws Failure 'pacemaker', 'permission', 'timeout'.
 */
export async function cleanup(resource: string, node: string): Promise<void> {
  await runTool('crm_resource', ['--cleanup', '--resource', resource, '--node', node], {
    accept: [0, crmExit.noSuchObject],
    timeout: 60_000,
  });
}
