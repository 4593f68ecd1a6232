/** How the standby has the state, in a description: what spoils it, and what is said of it. */
import test from 'ava';
import { base } from './base.ts';
import { spoiled } from './spoiled.ts';

const vip = '    vip: 192.0.2.50/24\n';
const sync = (text: string) => [vip, `${vip}    sync: ${text}\n`] as const;

test('base has the place to edit', (t) => {
  t.true(base.includes(vip));
});

test('direct needs nothing more', spoiled, [sync('{ channel: direct }')]);

test(
  'a field of another channel',
  spoiled,
  [sync('{ channel: direct, folder: /srv }')],
  "26:30: error: the channel 'direct' of the VNFC 'db' has no use for 'folder' (vnfcs[0].sync.folder). Remove it, or take another channel.",
);

test(
  'shared-storage without its folder',
  spoiled,
  [sync('{ channel: shared-storage, port: 7 }')],
  "26:22: error: the channel 'shared-storage' of the VNFC 'db' needs 'folder' (vnfcs[0].sync.channel). Add 'folder': a folder on a file system that is mounted where the VNFC is active.",
  "26:38: error: the channel 'shared-storage' of the VNFC 'db' has no use for 'port' (vnfcs[0].sync.port). Remove it, or take another channel.",
);

test(
  'a network that is not there',
  spoiled,
  [sync('{ channel: direct, network: nowhere }')],
  "26:39: error: there is no network 'nowhere' (vnfcs[0].sync.network). There are: service, oam.",
);

test(
  'sync of an active-active VNFC',
  spoiled,
  [['    service:\n      port: 8080\n', '    sync: { channel: direct }\n    service:\n      port: 8080\n']],
  "39:5: error: the VNFC 'web' is active-active, and 'sync' is for active-standby VNFCs (vnfcs[1].sync). Remove it, or write 'redundancy: active-standby'.",
);
