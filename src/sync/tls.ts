/** Mutual TLS: a peer is who its certificate's subjectAltName says. */
import { readFile } from 'node:fs/promises';
import type { DetailedPeerCertificate, PeerCertificate } from 'node:tls';
import { Failure, messageOf } from '../process/failure.ts';

export interface Credentials {
  readonly ca: Buffer;
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** @throws Failure 'missing' for each file that can't be read */
export async function loadCredentials(files: { ca: string; certificate: string; key: string }): Promise<Credentials> {
  const read = async (file: string): Promise<Buffer> => {
    try {
      return await readFile(file);
    } catch (error) {
      const cure = 'docs/sync.md says how the certificates are made.';
      throw new Failure('missing', `${file} cannot be read: ${messageOf(error)}`, { cure, cause: error });
    }
  };
  const [ca, cert, key] = await Promise.all([read(files.ca), read(files.certificate), read(files.key)]);
  return { ca, cert, key };
}

/** The DNS names that a certificate is for. */
export function namesOf({
  subjectaltname,
}: Pick<PeerCertificate | DetailedPeerCertificate, 'subjectaltname'>): string[] {
  return (subjectaltname ?? '').split(', ').flatMap((each) => (each.startsWith('DNS:') ? [each.slice(4)] : []));
}
