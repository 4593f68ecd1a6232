/** Bytes in a path, percent-encoded. */

export const percentEncoded = (bytes: Buffer): string =>
  [...bytes]
    .map((byte) => (isPlain(byte) ? String.fromCharCode(byte) : `%${byte.toString(16).padStart(2, '0')}`))
    .join('');

/** Undefined: it isn't percent-encoded. */
export function percentDecoded(text: string): Buffer | undefined {
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) return undefined;
  const parts = text.split(/%([0-9A-Fa-f]{2})/);
  return Buffer.concat(parts.map((each, at) => Buffer.from(each, at % 2 === 1 ? 'hex' : 'utf8')));
}

const isPlain = (byte: number): boolean => /[A-Za-z0-9._~-]/.test(String.fromCharCode(byte));
