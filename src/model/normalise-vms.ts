/** A VNFC whose instances are VMs: completed. Pure. */
import { formatAddress, hostPort, parseAddress } from './address.ts';
import type { Description } from './description.ts';
import { argvOf, ms } from './given.ts';
import type { Defaults } from './recovery.ts';
import type { Balanced, Vm, VmsVnfc } from './vnf.ts';

type VnfcDescription = NonNullable<Description['vnfcs']>[number];
type CheckDescription = NonNullable<VnfcDescription['check']>;

/** What stands for a VM's own address in a check of all. */
export const ownAddress = '%a';

/** Completes a checked VNFC with `vms`; `hosts` are its nodes. */
export function vmsVnfcOf(
  vnfc: VnfcDescription,
  hosts: readonly string[],
  recovery: VmsVnfc['recovery'],
  service: Balanced,
  defaults: Defaults,
): VmsVnfc {
  const { instances, guestAgent, migrate, startTimeout, stopTimeout } = vnfc.vms!;
  return {
    name: vnfc.name,
    vdu: vnfc.vdu,
    redundancy: 'active-active-vms',
    hosts,
    vms: instances.map(({ name, address, config, domain, ownerFile, vnfcInstanceId }) => {
      const spelled = formatAddress(parseAddress(address)!);
      return {
        name,
        domain: domain ?? name,
        address: spelled,
        config,
        ownerFile,
        vnfcInstanceId,
        check: checkOf(vnfc.check ?? {}, spelled, service.port),
      };
    }),
    service,
    check: {
      intervalMs: ms(vnfc.check?.interval, defaults.checkInterval),
      timeoutMs: ms(vnfc.check?.timeout, defaults.checkTimeout),
    },
    guestAgent: guestAgent ?? false,
    migrate: migrate && { uri: migrate.uri, address: migrate.address },
    recovery,
    // an emulated guest boots in seconds, one with an operating system of its own in a minute
    startTimeoutMs: ms(startTimeout, 90_000),
    stopTimeoutMs: ms(stopTimeout, 90_000),
  };
}

function checkOf({ tcp, http, command }: CheckDescription, address: string, port: number): Vm['check'] {
  return {
    tcp: tcp === undefined ? undefined : hostPort(address, tcp),
    http: http === undefined ? undefined : urlAt(http, address, port),
    command: argvOf(command)?.map((word) => word.replaceAll(ownAddress, address)),
  };
}

/** The URL that a check by `http` means for the VM at `address`, which serves at `port`. */
export const urlAt = (http: string, address: string, port: number): string =>
  http.startsWith('/')
    ? `http://${hostPort(address, port)}${http}`
    : http.replaceAll(ownAddress, address.includes(':') ? `[${address}]` : address);
