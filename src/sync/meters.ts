/** What a sidecar tells Prometheus: docs/metrics.md. */
import type { Meters } from '../process/metrics.ts';
import { behind, type CopyStatus, type InstanceStatus } from './status.ts';

/** `status` is asked when it is scraped. */
export function syncMeters(meters: Meters, vnfc: string, status: () => InstanceStatus): void {
  const gauge = (name: string, help: string, read: (of: InstanceStatus) => number): void =>
    meters.gauge({ name, help, labels: ['vnfc'] }, () => [[{ vnfc }, read(status())]]);
  gauge('vnfha_sync_active', '1: this instance is active.', ({ role }) => (role === 'active' ? 1 : 0));
  gauge('vnfha_sync_fenced', '1: a newer active one has begun.', ({ role }) => (role === 'fenced' ? 1 : 0));
  gauge('vnfha_sync_epoch', 'The newest epoch that it has heard of.', ({ epoch }) => epoch);
  gauge('vnfha_sync_fresh', '1: a promotion here would begin with all that was acknowledged.', ({ fresh }) => (fresh ? 1 : 0)); // prettier-ignore
  gauge('vnfha_sync_keys', 'Keys of the state.', ({ keys }) => keys);
  gauge('vnfha_sync_state_bytes', 'Bytes of the state.', ({ bytes }) => bytes);
  const copies = (name: string, help: string, read: (of: CopyStatus) => number | undefined): void =>
    meters.gauge({ name, help, labels: ['vnfc', 'copy'] }, () =>
      (status().role === 'active' ? status().copies : []).flatMap((each) => {
        const value = read(each);
        return value === undefined ? [] : [[{ vnfc, copy: each.copy }, value] as const];
      }),
    );
  copies('vnfha_sync_copy_connected', '1: the copy is connected, as the active one sees it.', (copy) => (copy.connected ? 1 : 0)); // prettier-ignore
  copies('vnfha_sync_copy_behind', 'Writes that a connected copy lacks.', (copy) => behind(status(), copy));
}
