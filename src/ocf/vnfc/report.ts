/** What an instance says that carries its state itself (docs/sync.md), and what follows from it. Pure. */

export interface Report {
  /** In whatever it counts; undefined: it doesn't know. */
  readonly lag: number | undefined;
  /** Of the promotion that its state is from, where it keeps that. */
  readonly epoch: number | undefined;
}

/** What the command prints: `lag=NUMBER` or `lag=unknown`, perhaps `epoch=NUMBER`, between white space; other words are passed over. Undefined: none. */
export function readReport(output: string): Report | undefined {
  const words = new Map(
    output
      .trim()
      .split(/\s+/)
      .map((word) => [word.replace(/=.*/, ''), word.replace(/^[^=]*=?/, '')]),
  );
  const [lag, epoch] = ['lag', 'epoch'].map((name) => words.get(name));
  if (lag === undefined || !(lag === 'unknown' || isCount(lag))) return undefined;
  if (epoch !== undefined && !isCount(epoch)) return undefined;
  return { lag: lag === 'unknown' ? undefined : Number(lag), epoch: epoch === undefined ? undefined : Number(epoch) };
}

const isCount = (word: string): boolean => /^\d{1,15}$/.test(word);

/** Why it can't be sure to have the state, as long as that stays so the same words; undefined: it has it. */
export function whatIsMissing({ lag }: Report, allowed: number): string | undefined {
  if (lag === undefined) return "it doesn't know how far its state is behind";
  return lag > allowed ? `its state is behind by more than ${allowed}` : undefined;
}
