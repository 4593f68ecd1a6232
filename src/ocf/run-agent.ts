/** The main of every agent: from the command line and the environment to one OCF exit code. */
import { hostname } from 'node:os';
import { messageOf } from '../process/failure.ts';
import type { Action, ActionName, Agent } from './agent.ts';
import { ocf, type OcfCode, OcfError } from './codes.ts';
import { closeFastPath } from './fast-path.ts';
import { ocfLog } from './log.ts';
import { metadata } from './metadata.ts';
import { givenParameters, type Parameters, readParameters, type Values } from './parameter.ts';

type Env = NodeJS.ProcessEnv;

/** Runs the action named on the command line and ends the process by `exit` with its OCF code. */
export async function runAgent<P extends Parameters>(
  agent: Agent<P>,
  exit: (code: number) => void = (code) => process.exit(code),
): Promise<void> {
  const word = process.argv[2];
  if (word === 'meta-data') {
    process.stdout.write(metadata(agent));
    return exit(ocf.success);
  }
  if (word === 'usage' || word === 'help') {
    process.stdout.write(usage(agent));
    return exit(ocf.success);
  }
  const action = Object.hasOwn(agent.actions, word ?? '') ? agent.actions[word as ActionName] : undefined;
  if (action === undefined) {
    process.stderr.write(usage(agent));
    if (word === undefined) explain(process.env, 'no action was named');
    return exit(word === undefined ? ocf.errArgs : ocf.errUnimplemented);
  }
  exit(await answer(agent, word as ActionName, action, process.env));
}

/** After these nothing that was seen before may be believed. */
const changing: readonly ActionName[] = ['start', 'stop', 'promote', 'demote', 'migrate_to', 'migrate_from'];

async function answer<P extends Parameters>(
  agent: Agent<P>,
  name: ActionName,
  action: Action<Values<P>>,
  env: Env,
): Promise<OcfCode> {
  const instance = env.OCF_RESOURCE_INSTANCE || agent.name;
  const log = ocfLog(agent.name, instance, env);
  const timeoutMs = Number(env.OCF_RESKEY_CRM_meta_timeout) || action.timeout * 1000;
  const margin = Math.min(1000, timeoutMs / 10);
  // performance.now() counts from the start of this process, which is when Pacemaker's clock began to run
  const remainingMs = () => Math.max(0, Math.floor(timeoutMs - margin - performance.now()));
  const intervalMs = Number(env.OCF_RESKEY_CRM_meta_interval) || 0;
  const probe = name === 'monitor' && intervalMs === 0;
  const recurring = name === 'monitor' && intervalMs > 0 && !(Number(env.OCF_CHECK_LEVEL) > 0);
  const watch = recurring ? { intervalMs, timeoutMs } : undefined;
  try {
    if (changing.includes(name)) closeFastPath(instance);
    const given = givenParameters(agent.parameters, env);
    const values = readParameters(agent.parameters, given);
    const inconsistency = agent.inconsistency?.(values);
    if (inconsistency !== undefined) throw new OcfError(ocf.errConfigured, inconsistency);
    const late = new Promise<never>((_, reject) => {
      const reason = `${name} had no end within its timeout of ${timeoutMs / 1000} s`;
      setTimeout(() => reject(new OcfError(ocf.errGeneric, reason)), remainingMs() + margin / 2);
    });
    return await Promise.race([
      action.run({ agent: agent.name, values, given, instance, probe, watch, log, remainingMs }),
      late,
    ]);
  } catch (error) {
    const reason = messageOf(error);
    log.error(error instanceof OcfError ? reason : String((error as Error | undefined)?.stack ?? error));
    explain(env, reason);
    return error instanceof OcfError ? error.code : ocf.errGeneric;
  }
}

/** Pacemaker shows the last such line of an agent's stderr as the exit reason. */
function explain(env: Env, reason: string): void {
  const prefix = env.OCF_EXIT_REASON_PREFIX ?? 'ocf-exit-reason:';
  process.stderr.write(`${prefix}${reason.replaceAll('\n', ' ')}\n`);
}

function usage<P extends Parameters>(agent: Agent<P>): string {
  const names = [...Object.keys(agent.actions), 'meta-data', 'usage'];
  return `usage: ${agent.name} {${names.join('|')}}\nParameters are given as OCF_RESKEY_NAME in the environment.\n`;
}

/** This node's name in the cluster, as Pacemaker gives it to its agents. */
export function localNodeName(env: Env): string {
  return env.OCF_RESKEY_CRM_meta_on_node || hostname();
}
