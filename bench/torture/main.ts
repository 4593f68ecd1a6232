/** `npm run torture -- --seed N --minutes M`: see torture.ts. */
import { Command, Option } from 'commander';
import { subjects } from './subjects.ts';
import { torture } from './torture.ts';

const program = new Command('torture')
  .description(
    'Kills, hangs, cuts off and starves whatever keeps a VNF up, at random, and watches from outside what must never be: two owners of an address, ' +
      'a dead instance in rotation, an empty backend while an instance answers, a heal lost or asked for twice, anything left open in the end.',
  )
  .addOption(
    new Option('--example <name>', 'of the directory examples').choices(Object.keys(subjects)).default('sipcore'),
  )
  .option('--seed <n>', 'which faults, where and when', '1')
  .option('--minutes <m>', 'for how long', '5')
  .option('--blows <n>', 'no more than so many')
  .option('--json', 'the result as one JSON object')
  .addHelpText(
    'after',
    '\nExamples:\n  npm run torture -- --seed 7 --minutes 30\n  npm run torture -- --example lb-managed --minutes 10\n  npm run torture -- --seed 7 --blows 20 --json',
  )
  .parse();
const options = program.opts<{ example: string; seed: string; minutes: string; blows?: string; json?: true }>();
const begun = performance.now();
const result = await torture({
  subject: options.example,
  seed: Number(options.seed),
  minutes: Number(options.minutes),
  blows: options.blows === undefined ? undefined : Number(options.blows),
  name: `torture-${process.pid}`,
  say: (line) =>
    void process.stderr.write(`${((performance.now() - begun) / 1000).toFixed(1).padStart(7)} s  ${line}\n`),
});
const { violations, blows, ...rest } = result;
process.stdout.write(
  options.json
    ? `${JSON.stringify(result)}\n`
    : `${JSON.stringify({ ...rest, blows: blows.length })}\n${violations.length === 0 ? 'nothing that must not be\n' : violations.map((text) => `VIOLATION: ${text}\n`).join('')}`,
);
process.exit(violations.length === 0 ? 0 : 1);
