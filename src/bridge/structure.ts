/**
 * The structure of HAProxy's configuration: all of it but who is in rotation. It comes from the description, is checked by
 * HAProxy before it is used, and a running HAProxy takes it up only when it is restarted.
 */
import { renderHaproxyConfig } from '../cib/render.ts';
import { loadTemplates } from '../cib/templates.ts';
import type { RotationPlace, ServerKey } from '../decide/rotation-types.ts';
import { checkConfig, readConfig, rotationOf } from '../haproxy/config-file.ts';
import type { Vnf } from '../model/vnf.ts';
import type { Render } from './config-writer.ts';
import type { Sight } from './observer.ts';
import { rotationPlaces } from '../decide/rotation-places.ts';

export interface Structure {
  readonly vnf: Vnf;
  readonly places: readonly RotationPlace[];
  readonly render: Render;
}

/** @throws Failure 'haproxy' when HAProxy does not accept it, 'input' or 'missing' for the template */
export async function checkedStructure(vnf: Vnf, config: string, binary: string): Promise<Structure> {
  const templates = await loadTemplates();
  const render: Render = (excluded) => renderHaproxyConfig(vnf, excluded, templates);
  await checkConfig(config, render(new Set()), binary);
  return { vnf, places: rotationPlaces(vnf), render };
}

/** Who is in rotation by the file at `config`, and whether the file has another structure than `render` gives. */
export async function readFileAtStart(
  config: string,
  render: Render,
): Promise<{ rotation: Map<ServerKey, 'in' | 'out'>; differs: boolean }> {
  const text = await readConfig(config);
  if (text === undefined) return { rotation: new Map(), differs: false };
  const rotation = rotationOf(text) as Map<ServerKey, 'in' | 'out'>;
  const excluded = new Set([...rotation].filter(([, says]) => says === 'out').map(([key]) => key));
  return { rotation, differs: render(excluded) !== text };
}

/**
 * Why the HAProxy that was seen has another structure than it should; undefined: it has not, as far as one can see.
 * @param stalePid the process that was there already when the structure changed
 */
export function outdatedBy(
  sight: Sight | undefined,
  places: readonly RotationPlace[],
  stalePid: number | undefined,
): string | undefined {
  if (sight === undefined) return undefined;
  for (const { backend, server, address, port } of places) {
    const seen = sight.servers.find((other) => other.backend === backend && other.server === server);
    if (seen === undefined) return `it has no server ${backend}/${server}`;
    if (seen.address !== address || seen.port !== port) {
      return `its server ${backend}/${server} is at ${seen.address}:${seen.port}, not ${address}:${port}`;
    }
  }
  return sight.pid === stalePid ? 'it was started before the description changed' : undefined;
}
