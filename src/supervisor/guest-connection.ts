/**
 * The node's connection to a guest whose QEMU has died. Pacemaker stops it before it recovers the guest, and does one thing at a time on it: a
 * monitor of it that is under way has 30 s for an answer that nobody gives any more (Pacemaker 2.1.5, controld_remote_ra.c). Ended, the
 * connection is known to be lost at once.
 */
import { readParameters } from '../ocf/parameter.ts';
import { isAlive } from '../ocf/processes.ts';
import { parameters } from '../ocf/vm/parameters.ts';
import { endEstablished } from '../process/connections.ts';
import { messageOf } from '../process/failure.ts';
import type { Log } from '../process/log.ts';
import type { Record } from './records.ts';

/** Where no monitor is under way Pacemaker has stopped the connection, and begun to stop the VM, before that. */
const patienceMs = 1500;

interface GuestConnection {
  /** What the agents noted of the VM whose failure Pacemaker was told. */
  readonly record: Record | undefined;
  /** Whether Pacemaker has still done nothing about it. */
  readonly waits: () => boolean;
  readonly log: Log;
}

/** Ends it a little later, if Pacemaker waits then. Of what is no guest: nothing. */
export function endGuestConnection({ record, waits, log }: GuestConnection): void {
  const remote = remoteIn(record);
  if (remote === undefined) return;
  const { host, port } = remote;
  const { leader } = record!.state;
  const end = async (): Promise<void> => {
    if (!waits() || (leader !== undefined && isAlive(leader))) return; // another failure, of a guest that is there
    const count = await endEstablished('dst', host, port);
    log.info('connection-ended', { to: host, port, count });
  };
  setTimeout(() => {
    end().catch((error: unknown) => log.warn('connection-not-ended', { to: host, port, why: messageOf(error) }));
  }, patienceMs).unref();
}

/** Where the pacemaker_remote of a guest is reached, by the parameters of its VM's agent; undefined: it is no guest, or says nothing of that. */
export function remoteIn(record: Record | undefined): { readonly host: string; readonly port: number } | undefined {
  if (record?.state.agent !== 'vnfc-vm') return undefined;
  try {
    return readParameters(parameters, record.state.parameters ?? {}).remote;
  } catch {
    return undefined; // the agent itself would refuse them
  }
}
