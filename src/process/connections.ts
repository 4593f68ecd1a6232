/** The node's established TCP connections, as the kernel has them (ss, of iproute2). */
import { run } from './run.ts';

/** `src`: those of this node's address; `dst`: those to a peer's. */
type End = 'src' | 'dst';

/** How many there are. @throws Failure 'missing' (ss), 'timeout', 'unexpected' */
export const established = (end: End, address: string, port?: number): Promise<number> =>
  list('-Htn', end, address, port);

/**
 * Ends them, for both ends as by a reset (of a kernel that can: CONFIG_INET_DIAG_DESTROY). Resolves with how many they were.
 * @throws Failure 'missing' (ss), 'permission', 'timeout', 'unexpected'
 */
export const endEstablished = (end: End, address: string, port?: number): Promise<number> =>
  list('-HtnK', end, address, port);

async function list(options: string, end: End, address: string, port: number | undefined): Promise<number> {
  const host = address.includes(':') ? `[${address}]` : address;
  const at = port === undefined ? host : `${host}:${port}`;
  const { stdout } = await run('ss', [options, 'state', 'established', end, at], { timeout: 1000 });
  return stdout.split('\n').filter(Boolean).length;
}
