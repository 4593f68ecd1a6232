/**
 * A VNF instance (SOL003 §5.5.2.2), as far as its VNFCs' addresses are wanted of it.
 */
import { formatAddress, parseAddress } from '../model/address.ts';

/** The addresses of each VNFC, by the ids that the VNFM knows it by. */
export type VnfcAddresses = ReadonlyMap<string, readonly string[]>;

/** More VNFCs, or addresses of one, are not looked at. */
const most = 1000;

/**
 * Reads them; undefined: it is no VNF instance. An id is the resource's (vnfcResourceInfo.id), that with its VDU before it (as Tacker spells
 * it), or the VNFC's (vnfcInfo.id). Addresses are those of its connection points over Ethernet (SOL003 §5.5.3.8).
 */
export function addressesIn(body: unknown): VnfcAddresses | undefined {
  const instance = asObject(body);
  if (instance?.id === undefined) return undefined;
  const info = asObject(instance.instantiatedVnfInfo);
  const found = new Map<string, readonly string[]>();
  for (const resource of asList(info?.vnfcResourceInfo)) {
    const { id, vduId, vnfcCpInfo } = asObject(resource) ?? {};
    if (typeof id !== 'string') continue;
    const addresses = asList(vnfcCpInfo).flatMap(addressesOf).slice(0, most);
    found.set(id, addresses);
    if (typeof vduId === 'string') found.set(`${vduId}-${id}`, addresses);
  }
  for (const vnfc of asList(info?.vnfcInfo)) {
    const { id, vnfcResourceInfoId: resource } = asObject(vnfc) ?? {};
    const addresses = typeof resource === 'string' ? found.get(resource) : undefined;
    if (typeof id === 'string' && addresses !== undefined) found.set(id, addresses);
  }
  return found;
}

function addressesOf(cp: unknown): string[] {
  return asList(asObject(cp)?.cpProtocolInfo)
    .flatMap((protocol) => asList(asObject(asObject(protocol)?.ipOverEthernet)?.ipAddresses))
    .flatMap((addresses) => asList(asObject(addresses)?.addresses))
    .flatMap((text) => (typeof text === 'string' ? (parseAddress(text) ?? []) : []))
    .map(formatAddress);
}

const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value.slice(0, most) : []);

function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
}
