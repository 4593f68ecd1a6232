/** An operator's domain XML, as far as the suite has to know it. */
import { Failure } from '../process/failure.ts';
import { parseXml } from '../process/xml.ts';

export interface DomainDefinition {
  readonly name: string;
  /** Whether libvirt's guest agent has a channel to the guest. */
  readonly hasAgentChannel: boolean;
}

/** @throws Failure 'input': it is no domain of libvirt; `source` is what it is called then */
export function readDomainXml(xml: string, source: string): DomainDefinition {
  const root = parseXml(xml, source, 'drop');
  const child = (of: typeof root, name: string) => of.children.filter((inner) => inner.name === name);
  if (root.name !== 'domain') throw new Failure('input', `${source}: <domain> was expected, not <${root.name}>`);
  const name = child(root, 'name')[0]?.text.trim();
  if (name === undefined || name === '') throw new Failure('input', `${source}: the domain has no <name>`);
  const channels = child(root, 'devices').flatMap((devices) => child(devices, 'channel'));
  const targets = channels.flatMap((channel) => child(channel, 'target'));
  return { name, hasAgentChannel: targets.some(({ attributes }) => attributes['name'] === 'org.qemu.guest_agent.0') };
}
