/**
 * Everything that is wrong with a description, at once, each with its place and its cure; and the VNF, if nothing is.
 */
import type { Description } from './description.ts';
import { sortProblems, type Problem } from './problem.ts';
import { checkAddresses } from './checks/addresses.ts';
import { factsOf, type Checkup, type Loose } from './checks/checkup.ts';
import { checkBudget } from './checks/budget.ts';
import { checkDurations } from './checks/durations.ts';
import { checkFencing } from './checks/fencing.ts';
import { checkGuests } from './checks/guests.ts';
import { checkHeartbeats } from './checks/heartbeats.ts';
import { checkManaged } from './checks/managed.ts';
import { checkNames } from './checks/names.ts';
import { checkNodes } from './checks/nodes.ts';
import { checkServices } from './checks/service.ts';
import { checkSync } from './checks/sync.ts';
import { checkVms } from './checks/vms.ts';
import { checkVnfcs } from './checks/vnfcs.ts';
import { checkVnfm } from './checks/vnfm.ts';
import { normalise } from './normalise.ts';
import { shapeProblems } from './shape.ts';
import { fieldOf, readSource, type Path, type Source } from './source.ts';
import type { Vnf } from './vnf.ts';

interface Checked {
  /** There if no problem is an error. */
  readonly vnf: Vnf | undefined;
  /** Also there if only its times together are wrong, so that they can be shown. */
  readonly draft: Vnf | undefined;
  /** In the order of the file. */
  readonly problems: readonly Problem[];
}

const checks = [
  checkNames,
  checkNodes,
  checkGuests,
  checkAddresses,
  checkFencing,
  checkVnfcs,
  checkVms,
  checkServices,
  checkManaged,
  checkSync,
  checkHeartbeats,
  checkDurations,
  checkVnfm,
];

/**
 * Checks the text of a description. Never throws.
 * @param file what to call the text in the problems
 */
export function checkDescription(text: string, file: string): Checked {
  const source = readSource(text, file);
  const problems = [...source.problems];
  const report =
    (severity: Problem['severity']) =>
    (path: Path, what: string, cure: string, at: 'key' | 'value' = 'value'): void => {
      problems.push({ severity, file, ...source.locate(path, at), path: fieldOf(path), what, cure });
    };
  if (source.value === null && problems.length === 0) {
    const what = 'the description is empty';
    problems.push({
      severity: 'error',
      file,
      line: 1,
      column: 1,
      path: '',
      what,
      cure: 'Start from one of the examples.',
    });
  } else if (source.value !== undefined && source.value !== null) {
    checkValue(source, report);
  }
  const draft = hasError(problems) ? undefined : normalise(source.value as Description);
  if (draft !== undefined) checkBudget(draft, { error: report('error'), warning: report('warning') });
  return { vnf: hasError(problems) ? undefined : draft, draft, problems: sortProblems(problems) };
}

const hasError = (problems: readonly Problem[]): boolean => problems.some(({ severity }) => severity === 'error');

function checkValue(source: Source, report: (severity: Problem['severity']) => Checkup['error']): void {
  const error = report('error');
  const shape = shapeProblems(source.value);
  const description = usable(
    source.value,
    shape.flatMap(({ broken, path }) => (broken ? [path] : [])),
  );
  for (const problem of shape) error(problem.path, problem.what, problem.cure, problem.at);
  const unusable = new Set(shape.flatMap(({ broken, path }) => (broken ? [fieldOf(path)] : [])));
  const checkup: Checkup = {
    description,
    facts: factsOf(description),
    error,
    warning: report('warning'),
    absent: (path) =>
      valueAt(description, path) === undefined && !path.some((_, at) => unusable.has(fieldOf(path.slice(0, at + 1)))),
    lineOf: (path) => source.locate(path).line,
  };
  // A file that is not even a group of fields has been called that; nothing more is to be said of it.
  if (!unusable.has('')) for (const check of checks) check(checkup);
}

/** The description without the parts that have the wrong shape; lists keep their places. */
function usable(value: unknown, broken: readonly Path[]): Loose<Description> {
  if (broken.length === 0) return value as Loose<Description>;
  const copy = structuredClone(value) as Loose<Description>;
  for (const path of broken) {
    const parent = valueAt(copy, path.slice(0, -1));
    const last = path.at(-1);
    if (last === undefined) return {};
    if (Array.isArray(parent)) parent[Number(last)] = undefined;
    else if (typeof parent === 'object' && parent !== null) delete (parent as Record<string, unknown>)[last];
  }
  return copy;
}

function valueAt(value: unknown, path: Path): unknown {
  let here = value;
  for (const step of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, step)) return undefined;
    here = (here as Record<string | number, unknown>)[step];
  }
  return here;
}
