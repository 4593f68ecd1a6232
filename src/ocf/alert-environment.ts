/** Reads the environment that Pacemaker gives to an alert agent (CRM_alert_*). */
import type { PacemakerAlert } from '../model/wire.ts';

/** The alert in `env`, or undefined when there is none, or of a kind that isn't known. */
export function readAlert(env: NodeJS.ProcessEnv): PacemakerAlert | undefined {
  const node = env.CRM_alert_node;
  if (!node) return undefined;
  const description = env.CRM_alert_desc ?? '';
  switch (env.CRM_alert_kind ?? '') {
    case 'resource':
      return env.CRM_alert_rsc && env.CRM_alert_task
        ? {
            kind: 'resource',
            node,
            resource: env.CRM_alert_rsc,
            task: env.CRM_alert_task,
            intervalMs: number(env.CRM_alert_interval),
            rc: number(env.CRM_alert_rc),
            targetRc: number(env.CRM_alert_target_rc),
            description,
          }
        : undefined;
    case 'node':
      return { kind: 'node', node, description };
    case 'fencing':
      return { kind: 'fencing', node, task: env.CRM_alert_task ?? '', rc: number(env.CRM_alert_rc), description };
    case 'attribute':
      return env.CRM_alert_attribute_name
        ? {
            kind: 'attribute',
            node,
            name: env.CRM_alert_attribute_name,
            value: env.CRM_alert_attribute_value ?? '',
          }
        : undefined;
    default:
      return undefined;
  }
}

const number = (text: string | undefined): number => Number(text ?? 0) || 0;
