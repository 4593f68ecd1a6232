/** `npm run sync-check -- --channel NAME --failovers N --seed S`: see check.ts. */
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { Command, Option } from 'commander';
import { grounds } from './channels.ts';
import { faults, runCheck } from './check.ts';
import { makeSidecars } from './sidecars.ts';

const program = new Command('sync-check')
  .description(
    'Kills, freezes, switches and cuts off the active sidecar, cuts its power, and does so to its store, while clients write; and looks for what was lost.',
  )
  .addOption(new Option('--channel <name>', 'which channel').choices(Object.keys(grounds)).makeOptionMandatory())
  .option('--failovers <n>', 'how many', '50')
  .option('--seed <n>', 'which faults, in which order', '1')
  .addOption(new Option('--faults <names...>', 'only these; default: all that the channel can have').choices(faults))
  .option('--json', 'the result as one JSON object')
  .parse();
const {
  channel,
  failovers,
  seed,
  json,
  faults: only,
} = program.opts<{
  faults?: string[];
  channel: string;
  failovers: string;
  seed: string;
  json?: boolean;
}>();

const folder = mkdtempSync(join(tmpdir(), 'sync-'));
const ground = await grounds[channel]!(folder, { disk: true });
const sidecars = await makeSidecars(folder, ground.names, ground.channel, ground.enter);
let good = false;
try {
  await Promise.all(sidecars.all.map((each) => each.start()));
  const result = await runCheck(sidecars, {
    failovers: Number(failovers),
    seed: Number(seed),
    ground,
    faults: only,
    say: json ? () => undefined : (line) => process.stdout.write(line + '\n'),
  });
  good = result.violations.length === 0 && result.acceptedWhenStale === 0;
  process.stdout.write((json ? JSON.stringify(result) : JSON.stringify(result, undefined, 2)) + '\n');
} finally {
  await sidecars.end();
  await ground.end();
  if (good) rmSync(folder, { recursive: true, force: true });
  else process.stderr.write(`sync-check: the logs are in ${folder}\n`);
}
if (!good) process.exitCode = 1;
