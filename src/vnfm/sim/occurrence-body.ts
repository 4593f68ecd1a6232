/** Operation occurrences as JSON, and the attribute filter of their list (SOL013 §5.2), as far as (eq,attribute,value) goes. */
import type { Occurrence } from './operations.ts';

/** An occurrence as the VNFM tells it. The complex attributes are left out of lists unless all_fields is asked for. */
export function occurrenceBody(
  occurrence: Occurrence,
  base: string,
  /** Undefined: without the complex attributes. */
  complete: { readonly affected: readonly object[] } | undefined,
): Readonly<Record<string, unknown>> {
  const { id, instance, params, state, error } = occurrence;
  const self = `${base}/vnflcm/v2/vnf_lcm_op_occs/${id}`;
  const link = (word: string) => ({ [word]: { href: `${self}/${word}` } });
  return {
    id,
    operationState: state,
    stateEnteredTime: occurrence.stateEnteredTime,
    startTime: occurrence.startTime,
    vnfInstanceId: instance,
    operation: 'HEAL',
    isAutomaticInvocation: false,
    isCancelPending: false,
    ...(complete !== undefined
      ? {
          operationParams: params,
          ...(error === undefined ? {} : { error: { title: 'the heal failed', status: 500, detail: error } }),
          ...(state === 'COMPLETED' ? { resourceChanges: { affectedVnfcs: complete.affected } } : {}),
        }
      : {}),
    _links: {
      self: { href: self },
      vnfInstance: { href: `${base}/vnflcm/v2/vnf_instances/${instance}` },
      ...(state === 'FAILED_TEMP' ? { ...link('retry'), ...link('fail'), ...link('rollback') } : {}),
    },
  };
}

/** A test of `filter`; undefined: it can't be read. */
export function parseFilter(filter: string): ((body: Readonly<Record<string, unknown>>) => boolean) | undefined {
  const terms = filter.split(';').map((term) => /^\(eq,([A-Za-z]+),([^,()]*)\)$/.exec(term));
  if (terms.some((term) => term === null)) return undefined;
  return (body) => terms.every((term) => String(body[term![1]!]) === term![2]);
}
