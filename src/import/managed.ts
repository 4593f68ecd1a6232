/** The VNFCs that the load balancer manages: they are in no CIB, only in haproxy.cfg. Pure. */
import { formatAddress, parseAddress, parsePrefixed } from '../model/address.ts';
import type { Backend } from './haproxy-cfg.ts';
import { type Fields, service } from './vnfc.ts';

/**
 * Those backends of the VNF that no VNFC of the cluster has, as they stand in a description.
 * @param backends what haproxy.cfg has
 * @param prefix with which the VNF's backends begin
 * @param vnfcs those of the cluster
 */
export function managedFields(
  backends: ReadonlyMap<string, Backend>,
  prefix: string,
  vnfcs: readonly Fields[],
): Fields[] {
  const known = new Set(vnfcs.map(({ name }) => `${prefix}${String(name)}`));
  const pairs = new Map(vnfcs.flatMap(({ name, vip }) => (typeof vip === 'string' ? [[ipOf(vip), name]] : [])));
  return [...backends]
    .filter(([name]) => name.startsWith(prefix) && !known.has(name))
    .map(([name, backend]) => {
      const fields = service(backend, undefined)!;
      return {
        name: name.slice(prefix.length),
        servers: backend.servers.map(({ name: server, address, port }) => {
          const pair = pairs.get(ipOf(address));
          const place = pair === undefined ? { address } : { vnfc: pair };
          return { name: server, ...place, port: port === fields['port'] ? undefined : port };
        }),
        service: { ...fields, slowStart: backend.slowStart },
      };
    });
}

function ipOf(text: string): string {
  const address = parsePrefixed(text) ?? parseAddress(text);
  return address === undefined ? text : formatAddress(address);
}
