import { runTool } from './tool.ts';

/**
 * Tells Pacemaker that `resource` has failed on `node`, so that it recovers it now, and not when a monitor next looks. Returns
 * when Pacemaker has taken it over; it counts as one failure of the operation asyncmon.
 * @throws Failure 'pacemaker' (not running, no such resource there), 'permission', 'timeout'.
 */
export async function failResource(resource: string, node: string): Promise<void> {
  await runTool('crm_resource', ['--fail', '--resource', resource, '--node', node], { timeout: 10_000 });
}
