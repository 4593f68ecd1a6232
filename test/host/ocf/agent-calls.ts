/** The agents as they are installed (stub and bundle), called as Pacemaker calls them, in a node of their own. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { buildAgents } from '../../../scripts/agents.mjs';
import type { LonelyNode } from '../corosync/lonely-node.ts';

/** Where the agents are; gone when the test process ends. Inside the project, so that they find koffi. */
export const agentDir = await build();

async function build(): Promise<string> {
  mkdirSync('node_modules/.cache', { recursive: true });
  const dir = mkdtempSync(`${process.cwd()}/node_modules/.cache/vnfha-agents-`);
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
  chmodSync(dir, 0o755); // ocf-tester calls them as nobody, too
  await buildAgents({ lib: dir, resources: dir, installedLib: dir });
  return dir;
}

export interface Answer {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** What Pacemaker would show. */
  readonly reason: string | undefined;
  readonly ms: number;
}

export interface CallOptions {
  readonly timeoutMs?: number;
  /** Of a recurring monitor; 0, a probe, by default. */
  readonly intervalMs?: number;
}

/** Calls `action` of the agent, with `parameters` as OCF_RESKEY_*. */
export function call(
  node: LonelyNode,
  agent: string,
  action: string,
  parameters: Readonly<Record<string, string>>,
  options: CallOptions = {},
): Answer {
  const { timeoutMs = 20_000, intervalMs = 0 } = options;
  const env = {
    OCF_ROOT: '/usr/lib/ocf',
    OCF_RESOURCE_INSTANCE: 'test',
    OCF_RESKEY_CRM_meta_timeout: String(timeoutMs),
    OCF_RESKEY_CRM_meta_interval: String(intervalMs),
    ...Object.fromEntries(Object.entries(parameters).map(([name, value]) => [`OCF_RESKEY_${name}`, value])),
  };
  const assignments = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const begun = performance.now();
  const result = node.run('env', ...assignments, `${agentDir}/${agent}`, action);
  const reason = /^ocf-exit-reason:(.*)$/m.exec(result.stderr)?.[1];
  return { ...result, reason, ms: performance.now() - begun };
}

/**
 * The tester knows OCF 1.0 only: Pacemaker's own Dummy, of OCF 1.1, fails it as well. So what 1.1 has more is taken out of the metadata here, and nothing
 * else is changed.
 */
const asOcf10 = (agent: string): string => `#!/bin/sh
[ "$1" = meta-data ] || exec ${agent} "$@"
${agent} meta-data | sed -e 's/ reloadable="1"//' -e '/^<!DOCTYPE/d' -e '/<action name="reload-agent"/d' -e 's|^<resource-agent |<!DOCTYPE resource-agent SYSTEM "ra-api-1.dtd">\\n&|'
`;

/** Runs Debian's ocf-tester on the agent, each action within `timeoutMs` (default: its own); '' when it passes all tests, else what it said. */
export function ocfTester(
  node: LonelyNode,
  agent: string,
  parameters: Readonly<Record<string, string>>,
  timeoutMs?: number,
): string {
  const bound = timeoutMs === undefined ? [] : [`OCF_RESKEY_CRM_meta_timeout=${timeoutMs}`];
  const options = Object.entries(parameters).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  const tested = '/run/ocf-tested';
  node.run('sh', '-c', 'printf %s "$2" >"$1"; chmod +x "$1"', 'sh', tested, asOcf10(`${agentDir}/${agent}`));
  const { code, stdout, stderr } = node.run('env', ...bound, 'ocf-tester', '-n', 'test', ...options, tested);
  return code === 0 && stdout.includes('passed all tests') ? '' : stdout + stderr;
}
