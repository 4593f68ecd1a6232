/** Instances that are VMs. */
import { Type } from '@sinclair/typebox';
import { Address, Duration, File, Name, closed, patterns } from './words.ts';

export const Vms = closed(
  {
    instances: Type.Array(
      closed(
        {
          name: Name('its name, which the load balancer calls its server; unique in its VNFC'),
          address: Address('where it serves, whichever node runs it'),
          config: File('the file with libvirt’s XML of its domain, the same on each of the nodes'),
          domain: Type.Optional(
            Type.String({ pattern: patterns.domain, description: 'its <name> in that XML; default: its name here' }),
          ),
          ownerFile: Type.Optional(
            File('file on storage that the nodes share: which of them has the VM; no other starts it then'),
          ),
          vnfcInstanceId: Type.Optional(
            Type.String({
              minLength: 1,
              maxLength: 255,
              description: 'the vnfcInstanceId by which the VNFM knows it (SOL002)',
            }),
          ),
        },
        'a VM',
      ),
      { minItems: 1, description: 'the VMs: each an instance, which the cluster runs on one of the nodes' },
    ),
    guestAgent: Type.Optional(
      Type.Boolean({ description: 'whether its QEMU guest agent must answer for it to be healthy; default false' }),
    ),
    migrate: Type.Optional(
      closed(
        {
          uri: Type.Optional(
            Type.String({
              pattern: patterns.device,
              description: 'the target’s libvirt, %n is its name; default qemu+ssh://%n/system',
            }),
          ),
          address: Type.Optional(
            Type.String({
              pattern: patterns.device,
              description: 'where the memory is sent, as tcp://%n-mig; default: libvirt chooses',
            }),
          ),
        },
        'a planned move is a live migration; the disks must be on storage that the nodes share',
      ),
    ),
    startTimeout: Type.Optional(Duration('bound on starting a VM, until the check says healthy; default 90s')),
    stopTimeout: Type.Optional(Duration('bound on stopping one: asked to shut down, then ended; default 90s')),
  },
  'instead of program: each instance is a VM of its own, on the libvirt of one of the nodes (docs/vm.md)',
);
