/** What texts, names, times and commands of a description look like. */
import { Type, type TObject, type TProperties } from '@sinclair/typebox';
import { storePattern } from '../store-address.ts';

/** An object that has these properties and no others. */
export const closed = <P extends TProperties>(properties: P, description: string): TObject<P> =>
  Type.Object(properties, { additionalProperties: false, description });

/** What texts must look like; shape.ts says each in words. */
export const patterns = {
  /** Can live in an XML id, in HAProxy, in a shell word and in a URL alike. */
  name: '^[A-Za-z][A-Za-z0-9_-]{0,47}$',
  node: '^[A-Za-z][A-Za-z0-9._-]{0,62}$',
  user: '^[A-Za-z_][A-Za-z0-9_.-]{0,31}$',
  duration: '^[0-9]+(ms|s|min|h)$',
  url: '^https?://\\S+$',
  /** Of a check: a VM is asked at its own address, which may stand as '%a'. */
  checkUrl: '^(https?://\\S+|/\\S*)$',
  /** Can be a word in HAProxy's file: no white space, quotes, backslash or '#'. */
  urlPath: '^/[A-Za-z0-9._~!$%&()*+,;:=@/?-]*$',
  file: '^/',
  store: storePattern,
  device: '^\\S+$',
  fileSystem: '^[a-z0-9._-]{1,32}$',
  instanceId: '^[A-Za-z0-9._~-]{1,255}$',
  interface: '^[A-Za-z0-9_.-]{1,15}$',
  agent: '^[A-Za-z0-9_.-]{1,64}$',
  domain: '^[A-Za-z0-9][A-Za-z0-9_.+-]{0,63}$',
  timeOfDay: '^([01][0-9]|2[0-3]):[0-5][0-9]$',
  parameter: '^[A-Za-z_][A-Za-z0-9_-]*$',
} as const;

/** As Date.getUTCDay() counts them. */
export const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

export const Name = (description: string) => Type.String({ pattern: patterns.name, description });
export const NodeName = (description: string) => Type.String({ pattern: patterns.node, description });
export const Duration = (description: string) => Type.String({ pattern: patterns.duration, description });
export const Address = (description: string) => Type.String({ minLength: 2, description });
export const Prefixed = (description: string) => Type.String({ minLength: 2, description });
export const Port = (description: string) => Type.Integer({ minimum: 1, maximum: 65535, description });
export const Command = (description: string) =>
  Type.Union([Type.String({ minLength: 1 }), Type.Array(Type.String(), { minItems: 1 })], { description });

export const File = (description: string) => Type.String({ pattern: patterns.file, description });

export const TimeOfDay = (description: string) => Type.String({ pattern: patterns.timeOfDay, description });
