/**
 * `vnfha check`: everything that is wrong with a description, at once.
 */
import { Command } from 'commander';
import { checkDescription } from '../../model/check.ts';
import { readText } from '../../model/load.ts';
import { paths } from '../../model/names.ts';
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
        'Nothing but the files is looked at: no cluster, no network.',
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
      const problems = texts.flatMap((text, at) => checkDescription(text, names[at]!).problems);
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

const count = (problems: readonly Problem[], severity: Problem['severity']): number =>
  problems.filter((problem) => problem.severity === severity).length;

function summary(names: readonly string[], errors: number, warnings: number): string {
  const what = names.length === 1 ? names[0]! : `${names.length} files`;
  if (errors + warnings === 0) return `${what}: no problems`;
  return `${what}: ${plural(errors, 'error')}, ${plural(warnings, 'warning')}`;
}

const plural = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`;
