/** What the demo plays: examples/sipcore.yaml, and with it the stateful VNFC of examples/sessions.yaml. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parse, stringify } from 'yaml';

const examples = path.resolve(import.meta.dirname, '../../examples');

/** The VNFC whose state a sidecar carries, and where it is met. */
export const sessions = { name: 'sessions', address: '10.77.0.70', port: 5080 } as const;

interface Description {
  readonly vnfcs: Record<string, unknown>[];
}

/** Writes it to `file`. */
export async function writeDescription(file: string): Promise<void> {
  const [sipcore, stateful] = await Promise.all(
    ['sipcore.yaml', 'sessions.yaml'].map(
      async (name) => parse(await readFile(path.join(examples, name), 'utf8')) as Description,
    ),
  );
  const text = JSON.stringify(stateful!.vnfcs[0]).replaceAll('/sync/registrar.sock', `/sync/${sessions.name}.sock`);
  const vnfc = {
    ...(JSON.parse(text) as object),
    name: sessions.name,
    vip: `${sessions.address}/24`,
    sync: { channel: 'messages', unsure: 'wait' }, // by Corosync: needs no certificates
  };
  await writeFile(file, stringify({ ...sipcore, vnfcs: [...sipcore!.vnfcs, vnfc] }));
}
