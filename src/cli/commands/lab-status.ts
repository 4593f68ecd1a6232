/** `vnfha lab status`. */
import { Lab } from '../../lab/lab.ts';
import { requireRoot } from '../../lab/requirements.ts';

export async function labStatus({ name, json }: { readonly name: string; readonly json?: boolean }): Promise<void> {
  requireRoot();
  const lab = Lab.named(name);
  const [world, fencings, cluster] = await Promise.all([lab.status(), lab.fenceLog(), lab.cluster()]);
  if (json) {
    process.stdout.write(JSON.stringify({ ...world, cluster: cluster ?? null, fencings }, undefined, 2) + '\n');
    return;
  }
  const word = (host: string): string => {
    const node = cluster?.nodes.find((candidate) => candidate.name === host);
    if (node === undefined) return '-';
    if (node.unclean) return 'unclean';
    if (node.pending) return 'pending';
    if (!node.online) return 'offline';
    return node.standby ? 'standby' : node.name === cluster?.dc ? 'online (DC)' : 'online';
  };
  const rows = world.hosts.map((host) => [
    host.name,
    host.power,
    word(host.name),
    Object.entries(host.addresses)
      .map(([network, address]) => `${address}${host.unplugged.includes(network) ? ' (unplugged)' : ''}`)
      .join(', '),
  ]);
  const table = [['HOST', 'POWER', 'CLUSTER', 'ADDRESSES'], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...table.map((row) => row[column]!.length)));
  const lines = table.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const quorum = cluster === undefined ? 'Pacemaker answers on no node' : cluster.quorate ? 'quorate' : 'no quorum';
  process.stdout.write(
    [`lab '${world.name}' (${world.description}): ${quorum}; ${fencings.length} fencings so far`, ...lines, ''].join(
      '\n',
    ),
  );
}
