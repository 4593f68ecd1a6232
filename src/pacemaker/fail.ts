import { setTimeout as sleep } from 'node:timers/promises';
import { crmExit, runTool } from './tool.ts';

/** By then the DC has counted what it was told. */
const countedMs = 1000;
const askAgainMs = 100;

/**
 * Tells Pacemaker that `resource` has failed on `node`, so that it recovers it now, and not when a monitor next looks. Returns
 * when Pacemaker has taken it over.
 * @throws Failure 'pacemaker' (not running, no such resource there), 'permission', 'timeout'.
 */
export async function failResource(resource: string, node: string): Promise<void> {
  await runTool('crm_resource', ['--fail', '--resource', resource, '--node', node], { timeout: 10_000 });
}

/**
 * Has a failure that was told count two against the migration-threshold, and no more. The controller writes it to the history twice,
 * as last and as last_failure, and for each asks for the count plus one; when the second comes before the first is done, both come to the
 * same, and the failure counts one (Pacemaker 2.1: process_graph_event, and attrd's 'value++'). And a monitor that was under way
 * may have seen the same: what monitors counted of what ran since `since` (ms since the epoch) is taken back.
 * @param soon a second is waited otherwise; soon, where Pacemaker has begun to deal with the failure: as soon as the DC has counted it
 * @throws Failure 'pacemaker', 'permission', 'timeout'
 */
export async function countTwo(resource: string, node: string, since: number, soon: boolean): Promise<void> {
  const told = `fail-count-${resource}#asyncmon_0`;
  const query = async (): Promise<string> => {
    const options = { accept: [0, crmExit.noSuchObject], timeout: 5000 };
    return (await runTool('attrd_updater', ['--name', told, '--node', node, '--query'], options)).stdout;
  };
  const until = performance.now() + countedMs;
  if (!soon) await sleep(countedMs);
  let counted = await query();
  while (!/\bvalue="\d/.test(counted) && performance.now() < until) {
    await sleep(askAgainMs);
    counted = await query();
  }
  if (isOdd(counted)) await setAttribute(told, node, ['--update', 'value++']);
  const xpath = `//node_state[@uname='${node}']//nvpair[contains(@name,'-${resource}#monitor_')]`;
  const options = { accept: [0, crmExit.noSuchObject], timeout: 5000 };
  const status = await runTool('cibadmin', ['--query', '--xpath', xpath], options);
  for (const { name, value } of countedByMonitors(status.stdout, resource, since)) {
    await setAttribute(name, node, value === 1 ? ['--delete'] : ['--update', String(value - 1)]);
  }
}

async function setAttribute(name: string, node: string, change: readonly string[]): Promise<void> {
  await runTool('attrd_updater', ['--name', name, '--node', node, ...change], { timeout: 5000 });
}

/** The fail-counts of monitors whose last failure was at `since` or later, from the nvpairs of a node's status. */
export function countedByMonitors(xml: string, resource: string, since: number): { name: string; value: number }[] {
  const values = new Map(
    [...xml.matchAll(/<nvpair\b[^>]*\bname="([^"]+)" value="(\d+)"/g)].map(([, name, value]) => [name!, Number(value)]),
  );
  const prefix = `fail-count-${resource}#`;
  return [...values].flatMap(([name, value]) => {
    const lastS = values.get(`last-failure-${resource}#${name.slice(prefix.length)}`);
    return name.startsWith(prefix) && value > 0 && lastS !== undefined && lastS * 1000 >= since ? { name, value } : [];
  });
}

/** Whether the one value in `attrd_updater --query`'s answer is an odd number. INFINITY and no value are not. */
export function isOdd(answer: string): boolean {
  const value = /\bvalue="(\d+)"/.exec(answer)?.[1];
  return value !== undefined && Number(value) % 2 === 1;
}
