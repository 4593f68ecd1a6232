/** The version of a CIB: every change of the configuration is a higher epoch. */
import { Failure } from '../process/failure.ts';
import type { Element } from '../process/xml.ts';
import { neededSchema } from './generate.ts';

/** `cib` as the next configuration after itself. */
export function nextEpoch(cib: Element): Element {
  const epoch = String(Number(cib.attributes['epoch'] ?? 0) + 1);
  return { ...cib, attributes: { ...cib.attributes, epoch, num_updates: '0' } };
}

/**
 * That the schema which `cib` is held against knows what the templates write.
 * @throws Failure 'input' otherwise.
 */
export function mustKnowOurs(cib: Element): void {
  const schema = cib.attributes['validate-with'] ?? '';
  const [needed, has] = [numbers(neededSchema), numbers(schema)];
  if (needed === undefined || has === undefined) return; // pacemaker-next, or validation switched off
  if (has[0] > needed[0] || (has[0] === needed[0] && has[1] >= needed[1])) return;
  throw new Failure(
    'input',
    `the cluster's CIB is held against the schema ${schema}; ${neededSchema} or later is needed`,
    {
      cure: "Bring it up to date with 'cibadmin --upgrade --force' (or 'pcs cluster cib-upgrade'), on Pacemaker 2.1 or later.",
    },
  );
}

function numbers(schema: string): readonly [number, number] | undefined {
  const [, major, minor] = /^pacemaker-(\d+)\.(\d+)$/.exec(schema) ?? [];
  return major === undefined ? undefined : [Number(major), Number(minor)];
}
