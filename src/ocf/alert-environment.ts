/** Reads the environment that Pacemaker gives to an alert agent (CRM_alert_*). */
import type { PacemakerAlert } from '../model/wire.ts';

/** The alert in `env`, or undefined when there is none, or of a kind that isn't known. `now`: when, if `env` doesn't say (ms). */
export function readAlert(env: NodeJS.ProcessEnv, now = Date.now()): PacemakerAlert | undefined {
  const node = env.CRM_alert_node;
  if (!node) return undefined;
  const description = env.CRM_alert_desc ?? '';
  switch (env.CRM_alert_kind ?? '') {
    case 'resource':
      return env.CRM_alert_rsc && env.CRM_alert_task
        ? {
            kind: 'resource',
            node,
            happened: happened(env) ?? now,
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

/** Milliseconds since the epoch. */
function happened({ CRM_alert_timestamp_epoch: seconds, CRM_alert_timestamp_usec: micros }: NodeJS.ProcessEnv) {
  return seconds ? number(seconds) * 1000 + number(micros) / 1000 : undefined;
}

const number = (text: string | undefined): number => Number(text ?? 0) || 0;
