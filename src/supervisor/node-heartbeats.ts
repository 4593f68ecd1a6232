/**
 * This node's heartbeats for each VNF that it has a description of: the node's own, and those of VNFs beside it, which come and go with
 * their files.
 */
import { readdirSync } from 'node:fs';
import { type NodeHeartbeatOptions, startNodeHeartbeat } from './node-heartbeat.ts';

interface NodeHeartbeatsOptions extends NodeHeartbeatOptions {
  /** Where those of VNFs beside the node's are. */
  readonly besideDirectory: string;
}

/** How soon another description is noticed. */
const lookMs = 5000;

/** Sends until it is ended by what it returns. */
export function startNodeHeartbeats({ besideDirectory, ...options }: NodeHeartbeatsOptions): () => void {
  const running = new Map([[options.description, startNodeHeartbeat(options)]]);
  const look = (): void => {
    const wanted = new Set([options.description, ...descriptionsIn(besideDirectory)]);
    for (const [description, end] of running)
      if (!wanted.has(description)) {
        end();
        running.delete(description);
      }
    for (const description of wanted)
      if (!running.has(description)) running.set(description, startNodeHeartbeat({ ...options, description }));
  };
  look();
  const timer = setInterval(look, lookMs).unref();
  return () => {
    clearInterval(timer);
    for (const end of running.values()) end();
  };
}

function descriptionsIn(directory: string): string[] {
  try {
    return readdirSync(directory)
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => `${directory}/${name}`);
  } catch {
    return []; // there is none
  }
}
