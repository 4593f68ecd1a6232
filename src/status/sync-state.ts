/** What the sidecars of this node say of the state that they carry. */
import { syncPaths } from '../model/names.ts';
import { hasSidecar, type Vnf } from '../model/vnf.ts';
import { createSyncClient } from '../sync/client.ts';
import type { InstanceStatus } from '../sync/status.ts';

/** Of each VNFC with `sync` on `node`: undefined where its sidecar doesn't answer within 2 s, or not to this user. */
export async function askSidecars(vnf: Vnf, node: string): Promise<ReadonlyMap<string, InstanceStatus | undefined>> {
  const synced = vnf.vnfcs.filter((vnfc) => hasSidecar(vnfc, node));
  return new Map(
    await Promise.all(synced.map(async ({ name }) => [name, await ask(syncPaths(vnf, name).control)] as const)),
  );
}

async function ask(socket: string): Promise<InstanceStatus | undefined> {
  const sidecar = createSyncClient(socket, 2000);
  try {
    return await sidecar.status();
  } catch {
    return undefined;
  } finally {
    sidecar.close();
  }
}
