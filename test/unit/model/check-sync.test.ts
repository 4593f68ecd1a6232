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

test('messages needs nothing', spoiled, [sync('{ channel: messages, unsure: promote }')]);

test('a store by name, with a password and TLS', spoiled, [
  sync("{ channel: checkpoint-redis, address: 'store:6379', passwordFile: /p, tls: { ca: /ca } }"),
]);

test(
  'a store without what it needs',
  spoiled,
  [sync('{ channel: checkpoint-postgresql, address: /run/postgresql, tls: { ca: /ca, key: /k } }')],
  "26:22: error: the channel 'checkpoint-postgresql' of the VNFC 'db' needs 'database' (vnfcs[0].sync.channel). Add 'database': the database that it is in.",
  "26:22: error: the channel 'checkpoint-postgresql' of the VNFC 'db' needs 'user' (vnfcs[0].sync.channel). Add 'user': the user that owns the state there.",
  "26:54: error: the store of the VNFC 'db': a socket of PostgreSQL is called FOLDER/.s.PGSQL.PORT (vnfcs[0].sync.address). docs/sync.md says how a store is reached.",
  "26:76: error: the store of the VNFC 'db': a unix socket has none (vnfcs[0].sync.tls). docs/sync.md says how a store is reached.",
  "26:76: error: the store of the VNFC 'db': certificate and key belong together (vnfcs[0].sync.tls). docs/sync.md says how a store is reached.",
);

test(
  'a store that is nowhere',
  spoiled,
  [sync('{ channel: checkpoint-redis, address: store }')],
  "26:49: error: 'store' does not fit (vnfcs[0].sync.address). Write HOST:PORT, as '192.0.2.9:6379' or '[2001:db8::9]:6379', or the whole path of a unix socket.",
);

const mount = (directory: string) =>
  sync(
    `{ channel: shared-storage, folder: /srv/db/state, mount: { device: '/dev/sdb', directory: ${directory}, fstype: ext4 } }`,
  );

test('a folder on what is mounted', spoiled, [mount('/srv/db')]);
test('the folder is the mount point itself', spoiled, [mount('/srv/db/state')]);

test(
  'a folder that is not on what is mounted',
  spoiled,
  [mount('/srv/d')],
  "26:46: error: the folder of the VNFC 'db', /srv/db/state, is not on the file system that is mounted at /srv/d (vnfcs[0].sync.folder). Write a folder in that directory.",
);
