import type { ClusterStatus } from '../model/cluster.ts';
import { parseStatus } from './status.ts';
import { runTool } from './tool.ts';

/** Of all that is left out (crm_mon(8), Output Control) only the operations are much: more than all the rest. */
const sections = ['--exclude=operations,bans,tickets,fencing,failures', '--include=failcounts'];

interface Answer {
  readonly text: string;
  readonly status: ClusterStatus;
}

let last: Answer | undefined;

/**
 * The cluster's status as this node sees it now. An answer that says the same as the one before is the same value: to take one
 * apart costs a daemon more than all else that it does while nothing happens.
 * @throws Failure 'pacemaker' when the cluster isn't running here, 'permission', 'missing', 'timeout', 'input'.
 */
export async function readStatus(): Promise<ClusterStatus> {
  const { stdout } = await runTool('crm_mon', ['--output-as=xml', ...sections], { timeout: 10_000 });
  const text = withoutTimes(stdout);
  if (last?.text !== text) last = { text, status: await parseStatus(stdout) };
  return last.status;
}

/** `xml` without when it was written: at its beginning, once each. */
const withoutTimes = (xml: string): string =>
  xml.replace(/(<pacemakerd [^>]*?) last_updated="[^"]*"/, '$1').replace(/<last_update [^>]*>/, '');
