/** A promotion's question to its group, and the copies that answer it. */
import type { Begun } from './channel.ts';
import type { Copy } from './promotion.ts';
import { StaleEpoch } from './types.ts';

/** ms that it waits for answers. */
export const askMs = 3000;

interface AskingOptions {
  /** Whose answers are wanted. */
  readonly names: readonly string[];
  readonly enough: (copies: readonly Copy[]) => boolean;
  /** Whether whoever there was to answer is among those `heard`, or gone. */
  readonly allHeard: (heard: ReadonlySet<string>) => boolean;
  /** Why somebody hasn't answered. */
  readonly why: () => string;
  /** Nothing more is wanted. */
  readonly over: () => void;
}

export interface Asking {
  /** Rejects with StaleEpoch when one knows a newer one. */
  readonly begun: Promise<Begun>;
  answered(id: string, outcome: Copy | StaleEpoch): void;
  /** Something has changed that `allHeard` looks at. */
  look(): void;
}

export function createAsking({ names, enough, allHeard, why, over }: AskingOptions): Asking {
  const copies = new Map<string, Copy>();
  const heard = new Set<string>();
  let resolve: (begun: Begun) => void;
  let reject: (stale: StaleEpoch) => void;
  const begun = new Promise<Begun>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  const done = (): void => {
    clearTimeout(timer);
    over();
    const missing = names.filter((name) => !copies.has(name)).map((copy) => ({ copy, why: why() }));
    resolve({ copies: [...copies.values()], missing });
  };
  const timer = setTimeout(done, askMs);
  const look = (): void => {
    if (copies.size === names.length || allHeard(heard)) done();
  };
  return {
    begun,
    answered(id, outcome) {
      if (outcome instanceof StaleEpoch) {
        clearTimeout(timer);
        over();
        return reject(outcome);
      }
      heard.add(id);
      copies.set(outcome.node, outcome);
      if (enough([...copies.values()])) done();
      else look();
    },
    look,
  };
}
