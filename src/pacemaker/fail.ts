import { setTimeout as sleep } from 'node:timers/promises';
import { runTool } from './tool.ts';

/** By then the DC has counted what it was told. */
const countedMs = 1000;

/**
 * Tells Pacemaker that `resource` has failed on `node`, so that it recovers it now, and not when a monitor next looks. Returns
 * when Pacemaker has taken it over.
 * @throws Failure 'pacemaker' (not running, no such resource there), 'permission', 'timeout'.
 */
export async function failResource(resource: string, node: string): Promise<void> {
  await runTool('crm_resource', ['--fail', '--resource', resource, '--node', node], { timeout: 10_000 });
}

/**
 * Has a failure that was told count two against the migration-threshold. The controller writes it to the history twice, as last and as
 * last_failure, and for each asks for the count plus one; when the second comes before the first is done, both come to the same, and the
 * failure counts one (Pacemaker 2.1: process_graph_event, and attrd's 'value++'). Waits a second first.
 * @throws Failure 'pacemaker', 'permission', 'timeout'
 */
export async function countTwo(resource: string, node: string): Promise<void> {
  await sleep(countedMs);
  const attribute = ['--name', `fail-count-${resource}#asyncmon_0`, '--node', node];
  const { stdout } = await runTool('attrd_updater', [...attribute, '--query'], { timeout: 5000 });
  if (isOdd(stdout)) await runTool('attrd_updater', [...attribute, '--update', 'value++'], { timeout: 5000 });
}

/** Whether the one value in `attrd_updater --query`'s answer is an odd number. INFINITY and no value are not. */
export function isOdd(answer: string): boolean {
  const value = /\bvalue="(\d+)"/.exec(answer)?.[1];
  return value !== undefined && Number(value) % 2 === 1;
}
