/** A VNFC's VM as its parameters describe it, and what all of its actions ask about it. */
import { existsSync, readFileSync } from 'node:fs';
import type { DomainDefinition } from '../../libvirt/domain-xml.ts';
import type { Argv } from '../../model/vnf.ts';
import { messageOf } from '../../process/failure.ts';
import type { Call } from '../agent.ts';
import { ocf, type OcfCode, OcfError } from '../codes.ts';
import type { Pass } from '../fast-path.ts';
import type { ProcessIdentity } from '../processes.ts';
import { requirePrograms } from '../program.ts';
import { parameters } from './parameters.ts';

export interface Vm {
  readonly domain: string;
  readonly config: string;
  readonly check_agent: 'yes' | 'no';
  readonly check_tcp: { readonly host: string; readonly port: number } | undefined;
  readonly check_http: string | undefined;
  readonly check_command: Argv | undefined;
  readonly remote: { readonly host: string; readonly port: number } | undefined;
  readonly owner_file: string | undefined;
  readonly migration_uri: string;
  readonly migration_address: string | undefined;
}
export type VmCall = Call<Vm>;

/** What the state file says of a VM besides its process. */
export function noted({ agent, given }: VmCall, phase: 'starting' | 'running') {
  return { phase, agent, parameters: given } as const;
}

/** The pass by which its next monitors need not look themselves. */
export function passFor({ given }: VmCall, leader: ProcessIdentity): Pass {
  return { executor: process.ppid, leader, parameters: Object.keys(parameters).map((name) => given[name] ?? '') };
}

/** validate-all: whether the VM could run on this node. */
export async function validate({ values }: VmCall): Promise<OcfCode> {
  requirePrograms([['virsh'], values.check_command]);
  await definitionOf(values);
  return ocf.success;
}

/**
 * The domain's XML.
 * @throws OcfError errInstalled: the file isn't here; errConfigured: it doesn't fit the parameters
 */
async function definitionOf({ config, domain, check_agent }: Vm): Promise<DomainDefinition> {
  if (!existsSync(config)) throw new OcfError(ocf.errInstalled, `the domain's XML ${config} is not here`);
  const { readDomainXml } = await import('../../libvirt/domain-xml.ts');
  let definition: DomainDefinition;
  try {
    definition = readDomainXml(readFileSync(config, 'utf8'), config);
  } catch (error) {
    throw new OcfError(ocf.errInstalled, messageOf(error)); // another node's file may be right
  }
  if (definition.name !== domain) {
    throw new OcfError(ocf.errInstalled, `${config} is of the domain '${definition.name}', not of '${domain}'`);
  }
  if (check_agent === 'yes' && !definition.hasAgentChannel) {
    throw new OcfError(ocf.errInstalled, `check_agent needs a channel org.qemu.guest_agent.0 in ${config}`);
  }
  return definition;
}
