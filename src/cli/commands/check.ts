/**
 * `vnfha check`: everything that is wrong with a description, at once.
 */
import { Command } from 'commander';
import { checkDescription } from '../../model/check.ts';
import { readText } from '../../model/load.ts';
import { paths } from '../../model/names.ts';
import { togetherProblems } from '../../model/together.ts';
import type { Vnf } from '../../model/vnf.ts';
import { formatProblem, type Problem } from '../../model/problem.ts';
import { exitCodes } from '../../process/failure.ts';

interface CheckOptions {
  readonly json?: boolean;
  readonly strict?: boolean;
}

export function checkCommand(): Command {
  return new Command('check')
    .summary('report everything that is wrong with a description')
    .description(
      'Checks VNF descriptions and reports every problem at once: where it is, what is wrong and what to do about it.\n' +
        'Nothing but the files is looked at: no cluster, no network. With a VNF that runs beside another one (vnf.beside), those of the\n' +
        'same cluster are held against each other too.',
    )
    .argument('[files...]', `descriptions; default ${paths.description}`)
    .option('--strict', 'warnings count as errors')
    .option('--json', 'print one JSON object instead of text')
    .addHelpText(
      'after',
      `
Exit code: 0 if there is no error, ${exitCodes.input} otherwise.

Examples:
  vnfha check                       check this node's description
  vnfha check sipcore.yaml          check a file before it is rolled out
  vnfha check --strict a.yaml b.yaml`,
    )
    .action(async (files: string[], options: CheckOptions) => {
      const names = files.length > 0 ? files : [paths.description];
      const texts = await Promise.all(names.map(readText));
      const checked = texts.map((text, at) => checkDescription(text, names[at]!));
      const problems = [...checked.flatMap((one) => one.problems), ...besideEachOther(checked, names)];
      const errors = count(problems, 'error');
      const warnings = count(problems, 'warning');
      const ok = errors === 0 && !(options.strict && warnings > 0);
      if (options.json) {
        process.stdout.write(JSON.stringify({ ok, files: names, errors, warnings, problems }, null, 2) + '\n');
      } else {
        const lines = [...problems.map(formatProblem), summary(names, errors, warnings)];
        process.stdout.write(lines.join('\n') + '\n');
      }
      if (!ok) process.exitCode = exitCodes.input;
    });
}

/** Descriptions that are given together are of one cluster if one of them says that it runs beside another. */
function besideEachOther(checked: readonly { readonly vnf: Vnf | undefined }[], names: readonly string[]): Problem[] {
  const vnfs = checked.flatMap(({ vnf }) => vnf ?? []);
  if (!vnfs.some(({ beside }) => beside)) return [];
  return togetherProblems(vnfs).map(({ vnf, what, cure }) => {
    const file = names[checked.findIndex((one) => one.vnf === vnf)]!;
    return { severity: 'error', file, line: 1, column: 1, path: '', what, cure };
  });
}

const count = (problems: readonly Problem[], severity: Problem['severity']): number =>
  problems.filter((problem) => problem.severity === severity).length;

function summary(names: readonly string[], errors: number, warnings: number): string {
  const what = names.length === 1 ? names[0]! : `${names.length} files`;
  if (errors + warnings === 0) return `${what}: no problems`;
  return `${what}: ${plural(errors, 'error')}, ${plural(warnings, 'warning')}`;
}

const plural = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`;
