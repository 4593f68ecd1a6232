/** Operation occurrences as JSON, and the attribute filter of their list (SOL013 §5.2), as far as (eq,attribute,value) goes. */
import type { Occurrence } from './operations.ts';

/** An occurrence as the VNFM tells it. The complex attributes are left out of lists unless all_fields is asked for. */
export function occurrenceBody(
  occurrence: Occurrence,
  base: string,
  complete: boolean,
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
    ...(complete
      ? {
          operationParams: params,
          ...(error === undefined ? {} : { error: { title: 'the heal failed', status: 500, detail: error } }),
          ...(state === 'COMPLETED' ? { resourceChanges: { affectedVnfcs: affected(occurrence) } } : {}),
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

/** Every heal makes the VM anew, so its compute resource has another id. */
function affected({ id, params }: Occurrence): readonly object[] {
  return (params.vnfcInstanceId ?? []).map((vnfc) => ({
    id: vnfc,
    vduId: vnfc.replace(/-[^-]*$/, ''),
    changeType: 'MODIFIED',
    computeResource: { resourceId: `vm-${id}` },
  }));
}
