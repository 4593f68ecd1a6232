/** The sidecar's configuration file: its shape, and its problems all at once. */
import { readFile } from 'node:fs/promises';
import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { hostAndPort, hostPortPattern, storeFaults, storePattern } from '../model/store-address.ts';
import { Failure, messageOf } from '../process/failure.ts';

const strict = { additionalProperties: false };
const name = Type.String({ pattern: '^[A-Za-z][A-Za-z0-9._-]{0,62}$' });
const file = Type.String({ pattern: '^/' });
const address = Type.String({ pattern: hostPortPattern });

/** HOST:PORT, or a unix socket. */
const storeAddress = Type.String({ pattern: storePattern });
const store = {
  address: storeAddress,
  passwordFile: Type.Optional(file),
  tls: Type.Optional(
    Type.Object(
      {
        ca: file,
        certificate: Type.Optional(file),
        key: Type.Optional(file),
        /** What the server's certificate is for; default: the host. */
        serverName: Type.Optional(Type.String({ minLength: 1 })),
      },
      strict,
    ),
  ),
};

const channels = {
  direct: Type.Object(
    {
      type: Type.Literal('direct'),
      /** HOST:PORT of every instance, this one's too: it listens there. */
      addresses: Type.Record(Type.String(), address),
      ca: file,
      certificate: file,
      key: file,
    },
    strict,
  ),
  messages: Type.Object({ type: Type.Literal('messages') }, strict),
  'shared-storage': Type.Object({ type: Type.Literal('shared-storage'), folder: file }, strict),
  'checkpoint-redis': Type.Object(
    { type: Type.Literal('checkpoint-redis'), ...store, user: Type.Optional(Type.String({ minLength: 1 })) },
    strict,
  ),
  'checkpoint-postgresql': Type.Object(
    {
      type: Type.Literal('checkpoint-postgresql'),
      ...store,
      user: Type.String({ minLength: 1 }),
      database: Type.String({ minLength: 1 }),
    },
    strict,
  ),
} as const;

const ConfigSchema = Type.Object(
  {
    /** Of the VNFC. */
    name,
    /** This instance; default: the hostname. */
    node: Type.Optional(name),
    instances: Type.Array(name, { minItems: 1, maxItems: 16 }),
    socket: file,
    control: file,
    /** Group whose members may use the socket, by number or as /etc/group calls it. */
    group: Type.Optional(Type.Union([Type.String(), Type.Integer()])),
    /** The newest epoch that was heard of; on a disk that survives a reboot. */
    epochFile: file,
    unsure: Type.Optional(Type.Union([Type.Literal('wait'), Type.Literal('promote')])),
    channel: Type.Object({ type: Type.Union(Object.keys(channels).map((type) => Type.Literal(type))) }),
  },
  strict,
);

export type ChannelConfig = { [Name in keyof typeof channels]: Static<(typeof channels)[Name]> }[keyof typeof channels];
export type SyncConfig = Omit<Static<typeof ConfigSchema>, 'channel' | 'node'> & { readonly node: string; readonly channel: ChannelConfig }; // prettier-ignore

/**
 * Reads the configuration of the instance on `hostname`.
 * @throws Failure 'missing', or 'input' with every problem of the file
 */
export async function loadConfig(from: string, hostname: string): Promise<SyncConfig> {
  let text;
  try {
    text = await readFile(from, 'utf8');
  } catch (error) {
    throw new Failure('missing', `${from} cannot be read: ${messageOf(error)}`, {
      cure: 'docs/sync.md has an example.',
    });
  }
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    throw new Failure('input', `${from} is no YAML: ${messageOf(error)}`);
  }
  const problems = problemsOf(value, hostname);
  if (problems.length > 0)
    throw new Failure('input', [`${from}:`, ...problems].join('\n  '), { cure: 'docs/sync.md has all fields.' });
  const config = value as Static<typeof ConfigSchema> & { channel: ChannelConfig };
  return { ...config, node: config.node ?? hostname };
}

function problemsOf(value: unknown, hostname: string): string[] {
  const problems = shapeProblems(ConfigSchema, { ...(value as object), channel: typeOnly(value) }, '');
  const { channel, node = hostname, instances } = (value ?? {}) as Partial<SyncConfig>;
  const schema = channel && channels[channel.type];
  if (schema !== undefined) problems.push(...shapeProblems(schema, channel, '/channel'));
  if (problems.length > 0 || channel === undefined) return problems;
  if (!instances!.includes(node)) problems.push(`/instances: this instance, ${node}, is not in it`);
  if (new Set(instances).size !== instances!.length) problems.push('/instances: a name occurs twice');
  if (channel.type === 'direct')
    for (const each of instances!)
      if (channel.addresses[each] === undefined) problems.push(`/channel/addresses: ${each} has none`);
  if ('address' in channel)
    for (const { field, what } of storeFaults(channel)) problems.push(`/channel/${field}: ${what}`);
  if (channel.type === 'direct')
    for (const [each, address] of Object.entries(channel.addresses)) {
      const { port } = hostAndPort(address);
      if (port < 1 || port > 65_535) problems.push(`/channel/addresses/${each}: ${port} is no port`);
    }
  return problems;
}

function typeOnly(value: unknown): unknown {
  const channel = (value as { channel?: unknown } | null)?.channel;
  return typeof channel === 'object' && channel !== null ? { type: (channel as { type?: unknown }).type } : channel;
}

function shapeProblems(schema: TSchema, value: unknown, at: string): string[] {
  const validate = new Ajv({ allErrors: true }).compile(schema);
  if (validate(value)) return [];
  const errors = validate.errors ?? [];
  const unions = errors.filter(({ keyword }) => keyword === 'anyOf').map(({ instancePath }) => instancePath);
  return errors.flatMap(({ instancePath, keyword, message, params }) => {
    if (keyword === 'const' && unions.includes(instancePath)) return [];
    if (keyword === 'anyOf') {
      const allowed = errors.filter((each) => each.keyword === 'const' && each.instancePath === instancePath);
      const words = allowed.map((each) => (each.params as { allowedValue: string }).allowedValue);
      return [`${at}${instancePath}: must be ${words.length > 0 ? `one of ${words.join(', ')}` : 'of another type'}`];
    }
    const extra = (params as { additionalProperty?: string }).additionalProperty;
    return [`${at}${instancePath || '/'}: ${extra === undefined ? message : `the field '${extra}' is unknown`}`];
  });
}
