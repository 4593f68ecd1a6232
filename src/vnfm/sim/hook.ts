/**
 * --on-heal: the command that really repairs the VNFC of a heal, so that a test or a demo can be whole. It is run once for each
 * vnfcInstanceId, or once without; an address as the last line of what it prints is the VNFC's from then on.
 */
import { parseAddress } from '../../model/address.ts';
import { run } from '../../process/run.ts';
import type { Repair } from './operations.ts';

/** A repair that runs `command` with VNFHA_HEAL_VNFC_INSTANCE, _VNF_INSTANCE, _OPERATION and _CAUSE in its environment. */
export function repairBy(command: readonly string[], timeoutMs: number): Repair {
  const [program, ...args] = command as [string, ...string[]];
  return async ({ instance, operation, params }) => {
    const vnfcs =
      params.vnfcInstanceId === undefined || params.vnfcInstanceId.length === 0 ? [''] : params.vnfcInstanceId;
    const addresses = new Map<string, string>();
    for (const vnfc of vnfcs) {
      const { stdout } = await run(program, args, {
        timeout: timeoutMs,
        kind: 'vnfm',
        env: {
          VNFHA_HEAL_VNFC_INSTANCE: vnfc,
          VNFHA_HEAL_VNF_INSTANCE: instance,
          VNFHA_HEAL_OPERATION: operation,
          VNFHA_HEAL_CAUSE: params.cause ?? '',
        },
      });
      const last = stdout.trimEnd().split('\n').at(-1)!;
      if (parseAddress(last) !== undefined) addresses.set(vnfc, last);
    }
    return addresses;
  };
}
