/** A contender: the same VNF (a Redis with a standby, an nginx pool behind two HAProxys) kept up by one tool, in a lab of its own. */
import type { Lab } from '../../src/lab/lab.ts';

/** One HAProxy backend of the pool, and whose settings it has. */
export interface Pool {
  readonly who: string;
  readonly backend: string;
}

export interface Side {
  readonly who: string;
  readonly ours: boolean;
  readonly lab: Lab;
  /** Where the active instance answers. */
  readonly activeUrl: string;
  /** Undefined when everything runs as it should, and whoever keeps it up has nothing more to do. */
  missing(): Promise<string | undefined>;
  /** The node of the active instance. */
  active(): Promise<string>;
  /** The pool as HAProxy has it; none where the contender has no HAProxy. */
  readonly pools: readonly Pool[];
  readonly lbNodes: readonly string[];
  readonly haproxySocket: string;
  /** After a trial: forgets failures, starts again what nobody else starts. `node` is where the fault was. */
  mend(node: string): Promise<void>;
  down(): Promise<void>;
}

export const nodes = ['node1', 'node2', 'node3'] as const;
export const activeVip = '10.77.0.50';
export const lbVip = '10.77.0.60';
