/** The parameters of ocf:vnfha:vnfc-vm. */
import { choice, command, domainName, hostAndPort, path, text, url } from '../parameter.ts';

export const parameters = {
  domain: domainName({
    required: true,
    shortdesc: 'The domain',
    longdesc:
      'The name of the VM in libvirt: letters, digits and . _ + -, at most 64, beginning with a letter or a digit.',
  }),
  config: path({
    required: true,
    shortdesc: "The domain's XML",
    longdesc:
      'The file with the XML of the domain, the same on every node that may run the VM; its <name> is the parameter domain. The domain is created from it at each start and never defined: libvirt starts nothing by itself.',
  }),
  check_agent: choice(['no', 'yes'])({
    default: 'no',
    shortdesc: 'Whether the guest agent must answer',
    longdesc:
      'yes: the guest is healthy when its QEMU guest agent answers a ping. It needs the channel org.qemu.guest_agent.0 in the XML.',
  }),
  check_tcp: hostAndPort({
    shortdesc: 'Where a connection must be accepted',
    longdesc:
      'HOST:PORT of the VNFC in the guest, [ADDRESS]:PORT of an IPv6 address. The guest is healthy when a connection is accepted there.',
  }),
  check_http: url({
    shortdesc: 'URL that must answer',
    longdesc:
      'The guest is healthy when a GET of this URL, of the VNFC in it, answers with a status from 200 to 399. Certificates are not verified.',
  }),
  check_command: command({
    shortdesc: 'Command that must succeed',
    longdesc:
      'The guest is healthy when this command, run on the node, ends with exit code 0. A JSON array of strings, or words split on white space; no shell is involved.',
  }),
  remote: hostAndPort({
    shortdesc: 'Where the pacemaker_remote in it is reached',
    longdesc:
      "ADDRESS:PORT, where the VM is a guest node: its remote-addr and remote-port. When its QEMU dies the supervisor ends the node's connections to it, so that Pacemaker doesn't wait for an answer that nobody gives any more.",
  }),
  owner_file: path({
    shortdesc: 'File that says which node has the VM',
    longdesc:
      'A file on storage that all nodes share, as the disks of the VM are. A node that may run the VM is noted in it. Another one does not start it before that has proved that it is stopped, or Pacemaker says that the node is gone (offline, and fenced where that was needed).',
  }),
  migration_uri: text({
    default: 'qemu+ssh://%n/system',
    shortdesc: "The target's libvirt",
    longdesc: "For a live migration: the URI of libvirt on the target node; %n is the node's name.",
  }),
  migration_address: text({
    shortdesc: 'Where the memory is sent',
    longdesc:
      "For a live migration: the URI to which QEMU sends the guest, such as tcp://%n-mig; %n is the node's name. Default: libvirt chooses.",
  }),
} as const;
