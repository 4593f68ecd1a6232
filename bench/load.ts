/** Requests at a fixed rate while something planned is done; how many of them were lost. */
import type { Lab } from '../src/lab/lab.ts';
import { Failure } from '../src/process/failure.ts';
import { eachLine, startProgram } from './watchers.ts';

export interface Loss {
  readonly sent: number;
  readonly lost: number;
  /** How many for each reason. */
  readonly reasons: Readonly<Record<string, number>>;
}

export const perSecond = 1000;

/** Runs `work` under load; resolves once the last request has its answer. @throws Failure when the client ended on its own */
export async function underLoad(lab: Lab, url: string, work: () => Promise<void>): Promise<Loss> {
  const program = await startProgram(lab, 'client', 'load.cjs', [String(perSecond), '2000', url]);
  let loss: Loss | undefined;
  const started = new Promise<void>((resolve) =>
    eachLine(program, (line) => {
      if (line.startsWith('{')) loss = JSON.parse(line) as Loss;
      else resolve();
    }),
  );
  try {
    await Promise.race([started, program.done]);
    await work();
  } finally {
    program.stdin.end();
    await program.done;
  }
  if (loss === undefined) throw new Failure('lab', 'the load ended before it was told to');
  return loss;
}
