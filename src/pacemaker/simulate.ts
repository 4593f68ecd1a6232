/** What the scheduler would do with a CIB (crm_simulate): its transition summary, as data. */
import { Failure } from '../process/failure.ts';
import { type Element, parseXml } from '../process/xml.ts';
import { runTool, wholeCibTimeout } from './tool.ts';

interface PlannedAction {
  /** 'start', 'stop', 'move', 'restart', 'recover', 'promote', 'demote', 'reload', …, or 'fence'. */
  readonly action: string;
  /** The resource's id, without any ':0'; '' when a node is fenced. */
  readonly resource: string;
  /** Where: for 'move' where from. */
  readonly node: string;
  /** For 'move': where to. */
  readonly to?: string;
}

/**
 * What Pacemaker would do if `cib`, configuration and status, were the cluster's now. Changes nothing.
 * @throws Failure 'input', 'missing', 'pacemaker'.
 */
export async function simulate(cib: string): Promise<PlannedAction[]> {
  const args = ['--xml-pipe', '--run', '--output-as=xml'];
  const { stdout } = await runTool('crm_simulate', args, { input: cib, timeout: wholeCibTimeout });
  return parseActions(stdout);
}

/**
 * The <actions> of an answer of `crm_simulate --output-as=xml`.
 * @throws Failure 'input' when it isn't such an answer.
 */
export function parseActions(xml: string): PlannedAction[] {
  const root = parseXml(xml, 'crm_simulate');
  const actions = root.children.find(({ name }) => name === 'actions');
  if (actions === undefined) throw new Failure('input', `crm_simulate: <${root.name}> without <actions>`);
  return actions.children.flatMap(actionOf);
}

function actionOf({ name, attributes }: Element): PlannedAction[] {
  const { action = '', task = '', resource = '', node, source, dest } = attributes;
  const where = node ?? source ?? '';
  // The other tasks of nodes ('Shutdown') are no doing of the configuration.
  if (name === 'node_action') return task.startsWith('Fence') ? [{ action: 'fence', resource: '', node: where }] : [];
  if (name !== 'rsc_action') return [];
  return [
    { action, resource: resource.replace(/:\d+$/, ''), node: where, ...(dest === undefined ? {} : { to: dest }) },
  ];
}
