/** What ocf:vnfha:haproxy asks of the bridge on its node. */
import { messageOf } from '../process/failure.ts';
import { ocf, OcfError } from './codes.ts';

/**
 * Has the bridge at the unix socket `socketPath` write HAProxy's file from the cluster's present state.
 * @throws OcfError errGeneric: no bridge, no answer, or why it could not
 */
export async function askForConfiguration(socketPath: string, timeoutMs: number): Promise<void> {
  const { request } = await import('node:http');
  const signal = AbortSignal.timeout(Math.max(1, timeoutMs));
  const [status, body] = await new Promise<[number, string]>((resolve, reject) => {
    const asked = request(
      { socketPath, path: '/haproxy/prepare', method: 'POST', agent: false, signal },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (data: string) => (text += data));
        response.once('error', reject);
        response.once('end', () => resolve([response.statusCode ?? 0, text]));
      },
    );
    asked.once('error', reject).end();
  }).catch((error: NodeJS.ErrnoException) => {
    const silent = error.name === 'AbortError' ? `gave no answer within ${Math.round(timeoutMs)} ms` : messageOf(error);
    const absent = error.code === 'ENOENT' || error.code === 'ECONNREFUSED';
    const why = absent ? `is not running (start vnfha-bridge): nothing listens at ${socketPath}` : silent;
    throw new OcfError(ocf.errGeneric, `the bridge on this node ${why}`);
  });
  if (status !== 200) throw new OcfError(ocf.errGeneric, `the bridge cannot write HAProxy's file: ${errorIn(body)}`);
}

function errorIn(body: string): string {
  try {
    return String((JSON.parse(body) as { error?: unknown }).error);
  } catch {
    return body.slice(0, 200);
  }
}
