/** VMs that are nodes themselves. */
import { Type } from '@sinclair/typebox';
import { Address, Duration, File, NodeName, closed, patterns } from './words.ts';

export const Guests = Type.Array(
  closed(
    {
      name: NodeName('the guest’s name as a node; unique among the nodes and guests'),
      address: Type.Optional(Address('its address in the only, or first, network, whichever node runs it')),
      addresses: Type.Optional(
        Type.Record(Type.String({ pattern: patterns.name }), Address('its address in that network'), {
          additionalProperties: false,
          description: 'network name -> its address there',
        }),
      ),
      config: File('the file with libvirt’s XML of its domain, the same on each of the hosts'),
      domain: Type.Optional(
        Type.String({ pattern: patterns.domain, description: 'its <name> in that XML; default: its name here' }),
      ),
      hosts: Type.Optional(
        Type.Array(NodeName('a node’s name'), { minItems: 1, description: 'the nodes that may run it; default: all' }),
      ),
      ownerFile: Type.Optional(
        File('file on storage that the hosts share: which of them has the VM; no other starts it then'),
      ),
      startTimeout: Type.Optional(
        Duration('bound on starting it, and on its pacemaker_remote to answer then; default 90s'),
      ),
      stopTimeout: Type.Optional(Duration('bound on stopping it: asked to shut down, then ended; default 90s')),
    },
    'a VM with pacemaker_remote in it',
  ),
  {
    minItems: 1,
    description: 'guest nodes: VMs that the cluster runs and that VNFCs run in, by pacemaker_remote (docs/vm.md)',
  },
);
