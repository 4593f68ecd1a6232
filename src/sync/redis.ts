/**
 * The channel `checkpoint` on Redis. Of a VNFC NAME: the hash vnfha:{NAME}:head, the hash vnfha:{NAME}:state with a record for each key, and
 * vnfha:{NAME}:next while a whole state is on its way. Whatever changes them is a script, which Redis does atomically.
 *
 * A write is answered when it is in the append-only file and that is on the disk (appendfsync always).
 */
import { createClient, RESP_TYPES } from '@redis/client';
import { bytesOfPage, firstPage, nextPage, parseVersion, type CheckpointStore, type Head } from './checkpoint.ts';
import { answerMs, connectMs, within } from './connection.ts';
import type { StoreAddress } from './store-address.ts';
import { encodeRecord } from './record.ts';
import type { Reign } from './follower.ts';
import { versionText } from './types.ts';
import { partsOf } from './wire.ts';

/** ARGV of each: the epoch, the instance, and what the script wants. */
const ours = `
  local head = redis.call('HMGET', KEYS[1], 'epoch', 'by', 'version', 'next')
  if head[1] ~= ARGV[1] or head[2] ~= ARGV[2] then return 0 end`;

const scripts = {
  claim: `
  local epoch = redis.call('HGET', KEYS[1], 'epoch')
  if epoch and tonumber(epoch) >= tonumber(ARGV[1]) then return 0 end
  if not epoch then redis.call('HSET', KEYS[1], 'format', '1', 'version', '0.0', 'keys', '0') end
  redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'by', ARGV[2])
  return 1`,
  /** The version before, the version, how many are put, keys and records in turn, keys that go. */
  apply: `${ours}
  if head[3] ~= ARGV[3] then return 0 end
  local rest = 6 + 2 * tonumber(ARGV[5])
  for at = 6, rest - 1, 2 do redis.call('HSET', KEYS[2], ARGV[at], ARGV[at + 1]) end
  for at = rest, #ARGV do redis.call('HDEL', KEYS[2], ARGV[at]) end
  redis.call('HSET', KEYS[1], 'version', ARGV[4], 'keys', redis.call('HLEN', KEYS[2]))
  return 1`,
  /** The name of this attempt: what is left of another one, still on its way, must not come in between. */
  prepare: `${ours}
  redis.call('UNLINK', KEYS[3])
  redis.call('HSET', KEYS[1], 'next', ARGV[3])
  return 1`,
  /** The attempt, keys and records in turn. */
  part: `${ours}
  if head[4] ~= ARGV[3] then return 0 end
  for at = 4, #ARGV, 2 do redis.call('HSET', KEYS[3], ARGV[at], ARGV[at + 1]) end
  return 1`,
  /** The attempt, the version, how many keys. */
  finish: `${ours}
  if head[4] ~= ARGV[3] or redis.call('HLEN', KEYS[3]) ~= tonumber(ARGV[5]) then return 0 end
  redis.call('UNLINK', KEYS[2])
  if redis.call('EXISTS', KEYS[3]) == 1 then redis.call('RENAME', KEYS[3], KEYS[2]) end
  redis.call('HDEL', KEYS[1], 'next')
  redis.call('HSET', KEYS[1], 'version', ARGV[4], 'keys', ARGV[5])
  return 1`,
} as const;

/** What must be so, or what Redis acknowledges may be lost; and what puts it right. */
const demands: Readonly<Record<string, { readonly good: (value: string) => boolean; readonly wanted: string }>> = {
  appendonly: { good: (value) => value === 'yes', wanted: 'yes' },
  appendfsync: { good: (value) => value === 'always', wanted: 'always' },
  'no-appendfsync-on-rewrite': { good: (value) => value === 'no', wanted: 'no' },
  'maxmemory-policy': { good: (value) => !value.startsWith('allkeys'), wanted: 'noeviction' },
};

/** What is wrong with what CONFIG GET said, as a sentence; undefined: nothing. */
export function weaknessOf(config: ReadonlyMap<string, string>): string | undefined {
  const wrong = Object.entries(demands).filter(([name, { good }]) => !good(config.get(name) ?? ''));
  if (wrong.length === 0) return undefined;
  const each = wrong.map(([name, { wanted }]) => `${name} is ${config.get(name) ?? 'unknown'}, not ${wanted}`);
  return `it would lose what it acknowledged: ${each.join('; ')}`;
}

type Argument = string | Buffer;

export interface RedisClient {
  /** @throws Error also when nothing comes in time */
  call(...args: readonly Argument[]): Promise<unknown>;
  destroy(): void;
}

async function connect({ host, port, path, tls, user, password }: StoreAddress): Promise<RedisClient> {
  const common = { connectTimeout: connectMs, reconnectStrategy: false } as const;
  const socket =
    path !== undefined
      ? { ...common, path, tls: false as const }
      : { ...common, host, port, ...(tls === undefined ? {} : { ...tls, tls: true as const }) };
  const client = createClient({
    socket,
    ...(user === undefined ? {} : { username: user }),
    ...(password === undefined ? {} : { password }),
    RESP: 2,
    disableOfflineQueue: true,
    disableClientInfo: true,
    maintNotifications: 'disabled',
  });
  // each command has its own error; without a listener this one would end the process
  client.on('error', () => undefined);
  const typeMapping = { [RESP_TYPES.BLOB_STRING]: Buffer };
  try {
    await within(connectMs, client.connect());
  } catch (error) {
    if (client.isOpen) client.destroy();
    throw error;
  }
  return {
    call: (...args) => within(answerMs, client.sendCommand(args, { typeMapping })),
    destroy: () => {
      if (client.isOpen) client.destroy();
    },
  };
}

const texts = (reply: unknown): string[] => (reply as Buffer[]).map(String);

/** A flat list of names and values. */
function mapOf(reply: unknown): Map<string, string> {
  const list = texts(reply);
  return new Map(list.flatMap((name, at) => (at % 2 === 0 ? [[name, list[at + 1]!] as const] : [])));
}

async function assertKeeps(client: RedisClient): Promise<void> {
  const weakness = weaknessOf(mapOf(await client.call('CONFIG', 'GET', ...Object.keys(demands))));
  if (weakness !== undefined) throw new Error(weakness);
  const [role] = (await client.call('ROLE')) as unknown[];
  if (String(role) !== 'master') throw new Error(`it is no primary: its role is ${String(role)}`);
}

/** @param vnfc a name without braces or colons */
export function createRedisStore(address: StoreAddress, vnfc: string): CheckpointStore<RedisClient> {
  const keys = ['head', 'state', 'next'].map((kind) => `vnfha:{${vnfc}}:${kind}`) as [string, string, string];
  const [headKey, stateKey] = keys;
  let attempts = 0;

  async function run(
    client: RedisClient,
    script: keyof typeof scripts,
    { epoch, by }: Reign,
    ...args: Argument[]
  ): Promise<boolean> {
    // prettier-ignore
    return (await client.call('EVAL', scripts[script], '3', ...keys, String(epoch), by, ...args)) === 1;
  }

  return {
    name: `redis ${address.text}`,
    async connect() {
      const client = await connect(address);
      try {
        await assertKeeps(client);
      } catch (error) {
        client.destroy();
        throw error;
      }
      return client;
    },
    drop: (client) => client.destroy(),
    async head(client) {
      const head = mapOf(await client.call('HGETALL', headKey));
      if (head.size > 0) return headOf(head, headKey);
      if ((await client.call('EXISTS', stateKey)) !== 0) throw new Error(`${stateKey} is there without ${headKey}`);
      return undefined;
    },
    claim: async (client, reign) => void (await run(client, 'claim', reign)),
    async *records(client) {
      let cursor = '0';
      let count = firstPage;
      do {
        const reply = await client.call('HSCAN', stateKey, cursor, 'COUNT', String(count));
        const [next, list] = reply as [Buffer, Buffer[]];
        cursor = next.toString();
        const page = list.flatMap((key, at) => (at % 2 === 0 ? [{ key, record: list[at + 1]! }] : []));
        yield page;
        count = nextPage(count, bytesOfPage(page));
      } while (cursor !== '0');
    },
    apply(client, reign, { after, version, puts, deletes }) {
      const pairs = puts.flatMap((pair) => [pair.key, encodeRecord(pair)]);
      return run(client, 'apply', reign, versionText(after), versionText(version), String(puts.length), ...pairs, ...deletes); // prettier-ignore
    },
    async replace(client, reign, snapshot) {
      attempts += 1;
      const attempt = `${process.pid}.${attempts}`;
      if (!(await run(client, 'prepare', reign, attempt))) return false;
      for (const { pairs } of partsOf(snapshot)) {
        const args = pairs.flatMap((pair) => [pair.key, encodeRecord(pair)]);
        if (!(await run(client, 'part', reign, attempt, ...args))) return false;
      }
      return run(client, 'finish', reign, attempt, versionText(snapshot.version), String(snapshot.pairs.length));
    },
  };
}

/** @throws Error when it is none of ours */
function headOf(head: ReadonlyMap<string, string>, key: string): Head {
  const number = (name: string): number => {
    const text = head.get(name) ?? '';
    if (!/^\d{1,15}$/.test(text)) throw new Error(`${key} is none of ours: its ${name} is ${JSON.stringify(text)}`);
    return Number(text);
  };
  if (number('format') !== 1) throw new Error(`${key} has the format ${number('format')}: this program knows 1`);
  const by = head.get('by') ?? '';
  return { epoch: number('epoch'), by, version: parseVersion(head.get('version') ?? ''), keys: number('keys') };
}
