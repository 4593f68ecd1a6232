/** What the bridge of this node says of the rotation: see src/bridge/view.ts. */
import { request } from 'node:http';

export interface ServerRotation {
  readonly vnfc: string;
  readonly server: string;
  readonly rotation: 'in' | 'out';
  readonly reason: string;
}

/** Asks at `socketPath`; undefined: no bridge answers there, as on nodes without a load balancer. */
export function askBridge(socketPath: string, timeoutMs = 2000): Promise<readonly ServerRotation[] | undefined> {
  return new Promise((resolve) => {
    const call = request({ socketPath, path: '/state', timeout: timeoutMs }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => resolve(serversIn(Buffer.concat(parts).toString('utf8'))));
      response.on('error', () => resolve(undefined));
    });
    call.on('timeout', () => call.destroy());
    call.on('error', () => resolve(undefined));
    call.end();
  });
}

/** Undefined: this is no answer of a bridge. */
export function serversIn(text: string): ServerRotation[] | undefined {
  try {
    const { servers } = JSON.parse(text) as { servers?: unknown };
    if (!Array.isArray(servers)) return undefined;
    return (servers as Record<string, unknown>[]).map(({ vnfc, server, rotation, reason }) => ({
      vnfc: String(vnfc),
      server: String(server),
      rotation: rotation === 'in' ? 'in' : 'out',
      reason: String(reason),
    }));
  } catch {
    return undefined;
  }
}
