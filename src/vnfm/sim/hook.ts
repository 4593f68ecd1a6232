/**
 * --on-heal: the command that really repairs the VNFC of a heal, so that a test or a demo can be whole. It is run once for each
 * vnfcInstanceId, or once without.
 */
import { run } from '../../process/run.ts';
import type { Repair } from './operations.ts';

/** A repair that runs `command` with VNFHA_HEAL_VNFC_INSTANCE, _VNF_INSTANCE, _OPERATION and _CAUSE in its environment. */
export function repairBy(command: readonly string[], timeoutMs: number): Repair {
  const [program, ...args] = command as [string, ...string[]];
  return async ({ instance, operation, params }) => {
    const vnfcs =
      params.vnfcInstanceId === undefined || params.vnfcInstanceId.length === 0 ? [''] : params.vnfcInstanceId;
    for (const vnfc of vnfcs) {
      await run(program, args, {
        timeout: timeoutMs,
        kind: 'vnfm',
        env: {
          VNFHA_HEAL_VNFC_INSTANCE: vnfc,
          VNFHA_HEAL_VNF_INSTANCE: instance,
          VNFHA_HEAL_OPERATION: operation,
          VNFHA_HEAL_CAUSE: params.cause ?? '',
        },
      });
    }
  };
}
