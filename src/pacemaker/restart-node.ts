/** A planned restart of a node by its fence device: what runs there goes elsewhere first, and loses nothing by it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Element, parseXml } from '../process/xml.ts';
import { readStatus } from './crm-mon.ts';
import { runTool } from './tool.ts';

/** So long what runs there may take to leave; it is fenced then, whatever is left. */
const emptyMs = 60_000;
const lookMs = 500;
const fenceSeconds = 120;

/**
 * Puts `node` in standby until it is restarted, waits until nothing but fence devices is active there, and has it fenced. Nothing is done when
 * it was fenced after `since` (ms since the epoch). When it can't be fenced it may work again.
 * @throws Failure 'pacemaker' (no device can do it, or not in two minutes; not running), 'permission', 'timeout'.
 */
export async function restartNode(node: string, since: number): Promise<void> {
  if (await wasFenced(node, since)) return;
  await standby(node, true);
  try {
    await empty(node);
    await runTool('stonith_admin', ['--reboot', node, '--timeout', `${fenceSeconds}`], {
      timeout: (fenceSeconds + 10) * 1000,
    });
  } catch (error) {
    await standby(node, false);
    throw error;
  }
}

/** @throws Failure */
async function wasFenced(node: string, since: number): Promise<boolean> {
  const { stdout } = await runTool('stonith_admin', ['--history', node, '--output-as=xml'], { timeout: 20_000 });
  return fencedAt(stdout, node).some((at) => at >= since);
}

/**
 * When `node` was fenced, by what `stonith_admin --history --output-as=xml` says: ms since the epoch, to the second.
 * @throws Failure 'input' when it isn't such an answer.
 */
export function fencedAt(xml: string, node: string): number[] {
  return eventsIn(parseXml(xml, 'stonith_admin'))
    .filter(({ attributes }) => attributes['target'] === node && attributes['status'] === 'success')
    .map(({ attributes }) => Date.parse(attributes['completed'] ?? ''))
    .filter((at) => !Number.isNaN(at));
}

const eventsIn = (element: Element): Element[] =>
  element.children.flatMap((child) => (child.name === 'fence_event' ? [child] : eventsIn(child)));

/** The attribute is Pacemaker's to forget when the node leaves (crm_attribute(8), --lifetime reboot). */
async function standby(node: string, on: boolean): Promise<void> {
  const change = on ? ['--update', 'on'] : ['--delete'];
  await runTool('crm_attribute', ['--node', node, '--name', 'standby', '--lifetime', 'reboot', ...change], {
    timeout: 20_000,
  });
}

async function empty(node: string): Promise<void> {
  for (const until = performance.now() + emptyMs; performance.now() < until; await sleep(lookMs)) {
    const { resources } = await readStatus();
    if (!resources.some((each) => each.active && each.nodes.includes(node) && !each.agent.startsWith('stonith:')))
      return;
  }
}
