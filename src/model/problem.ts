/**
 * What is wrong with a description: where, what, and what to do about it.
 */
export interface Problem {
  readonly severity: 'error' | 'warning';
  readonly file: string;
  /** Both count from 1. */
  readonly line: number;
  readonly column: number;
  /** The field, as `vnfcs[0].service.port`; empty for the whole file. */
  readonly path: string;
  /** One sentence without its full stop. */
  readonly what: string;
  /** One imperative sentence. */
  readonly cure: string;
}

/** The problem as one line, as compilers and editors write and read it. */
export function formatProblem(problem: Problem): string {
  const field = problem.path === '' ? '' : ` (${problem.path})`;
  const sentences = `${problem.what}${field}. ${problem.cure}`.replace(/\p{Cc}+/gu, ' ');
  return `${problem.file}:${problem.line}:${problem.column}: ${problem.severity}: ${sentences}`;
}

/** In the order of the file; at one place the errors first. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  return [...problems].sort(
    (a, b) =>
      a.line - b.line ||
      a.column - b.column ||
      a.severity.localeCompare(b.severity) ||
      a.path.localeCompare(b.path) ||
      a.what.localeCompare(b.what),
  );
}
