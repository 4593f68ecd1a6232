/** Builds every agent of agents/: see agents.mjs. */
export function buildAgents(options: {
  readonly lib: string;
  readonly resources: string;
  readonly installedLib: string;
  readonly define?: Readonly<Record<string, string>>;
}): Promise<void>;
