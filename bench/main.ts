/** The bench: our figures and those of others, measured side by side on this machine. docs/bench.md says what each one is. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Command, Option } from 'commander';
import { exitCodes, messageOf } from '../src/process/failure.ts';
import { type Contender, contenders, type Context, type Part } from './figure.ts';
import { describeMachine } from './machine.ts';
import { parts } from './parts.ts';
import { type PartResult, reportText } from './report.ts';

const begun = performance.now();
const say = (text: string): void => {
  process.stderr.write(`${((performance.now() - begun) / 1000).toFixed(1).padStart(7)} s  ${text}\n`);
};

async function runParts(chosen: readonly Part[], settings: Omit<Context, 'say'>): Promise<PartResult[]> {
  const results: PartResult[] = [];
  const context: Context = { ...settings, say };
  for (const { name, about, run } of chosen) {
    say(`${name}: ${about}`);
    const result = await run(context).then(
      (figures): PartResult => ({ part: name, figures }),
      (error: unknown): PartResult => ({ part: name, figures: [], failed: messageOf(error) }),
    );
    results.push(result);
    if (result.failed !== undefined) say(`${name}: not measured: ${result.failed}`);
  }
  return results;
}

interface Run {
  readonly at: string;
  readonly machine: ReturnType<typeof describeMachine>;
  readonly trials: number;
  readonly peerTrials: number;
  readonly results: readonly PartResult[];
}

const tableOf = ({ machine, trials, peerTrials, results }: Run): string =>
  `${machine.cores} cores, Linux ${machine.kernel}, Node ${machine.node}, load ${machine.load.toFixed(1)} at the start; ` +
  `${trials} trials a figure, ${peerTrials} of the others\n\n${reportText(results)}\n`;

/** The tables of runs that were written before. */
function show(files: readonly string[]): void {
  for (const file of files) {
    const never = (_: string, value: unknown): unknown => (value === 'never' ? Infinity : value);
    const run = JSON.parse(readFileSync(file, 'utf8'), never) as Run;
    process.stdout.write(`${run.at}, ${tableOf(run)}\n`);
  }
}

interface Options {
  readonly part?: readonly string[];
  readonly trials: string;
  readonly peerTrials?: string;
  readonly only?: Contender;
  readonly show?: readonly string[];
  readonly json?: true;
}

async function main(named: readonly string[], options: Options): Promise<void> {
  if (options.show !== undefined) return show(options.show);
  const asked = [...named, ...(options.part ?? [])];
  const known = parts.map(({ name }) => name);
  const chosen = parts.filter(({ name }) => asked.length === 0 || asked.includes(name));
  const trials = Number(options.trials);
  const peerTrials = Number(options.peerTrials ?? trials);
  const unknown = asked.find((name) => !known.includes(name));
  if (unknown !== undefined || [trials, peerTrials].some((number) => !Number.isInteger(number) || number < 1)) {
    const wrong =
      unknown === undefined
        ? `--trials ${options.trials} --peer-trials ${options.peerTrials ?? ''}: these are to be numbers of trials`
        : `no part '${unknown}'`;
    process.stderr.write(`bench: ${wrong}; the parts are: ${known.join(', ')}\n`);
    process.exitCode = exitCodes.usage;
    return;
  }
  const machine = describeMachine();
  const at = new Date().toISOString();
  const results = await runParts(chosen, { trials, peerTrials, only: options.only });
  const result: Run = { at, machine, trials, peerTrials, results };
  const json =
    JSON.stringify(
      { at, machine, trials, peerTrials, results },
      (_, value: unknown) =>
        value === Infinity ? 'never' : typeof value === 'number' ? Number(value.toPrecision(6)) : value,
      2,
    ) + '\n';
  const directory = path.join(import.meta.dirname, 'results');
  const file = path.join(directory, `${at.slice(0, 19).replaceAll(':', '')}.json`);
  mkdirSync(directory, { recursive: true });
  writeFileSync(file, json);
  process.stdout.write(options.json ? json : tableOf(result));
  say(`written to ${path.relative(process.cwd(), file)}`);
  if (results.some(({ failed }) => failed !== undefined)) process.exitCode = exitCodes.unexpected;
}

await new Command('bench')
  .description('measures vnfha and others side by side')
  .argument('[part...]', `parts; default: all of ${parts.map(({ name }) => name).join(', ')}`)
  .option('--part <name...>', 'the same')
  .option('--trials <number>', 'trials for each figure', '20')
  .option(
    '--peer-trials <number>',
    'the same for those that are not ours, whose trials take long (default: as --trials)',
  )
  .addOption(new Option('--only <contender>', 'of the parts with a lab, only these').choices(contenders))
  .option('--show <file...>', 'measures nothing: the tables of what was written before')
  .option('--json', 'print the results as JSON instead of a table')
  .action(main)
  .parseAsync();
