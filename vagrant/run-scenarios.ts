/**
 * Runs the scenarios on one of the labs: `npx tsx vagrant/run-scenarios.ts namespaces|vagrant`. Exit code 0 when all of them went as they
 * must, 1 otherwise.
 */
import { messageOf } from '../src/process/failure.ts';
import { scenarios } from './scenarios.ts';
import { machines, namespaces } from './stages.ts';

const stages = { namespaces, vagrant: machines } as const;
const wanted = process.argv[2] ?? 'vagrant';
if (!(wanted in stages)) {
  process.stderr.write(`run-scenarios: '${wanted}' is none of ${Object.keys(stages).join(', ')}\n`);
  process.exit(2);
}
const stage = await stages[wanted as keyof typeof stages]();
let failed = 0;
try {
  for (const { name, run } of scenarios) {
    const begun = performance.now();
    const seen = await run(stage).catch((error: unknown) => {
      failed += 1;
      return `FAILED: ${messageOf(error)}`;
    });
    process.stdout.write(`${((performance.now() - begun) / 1000).toFixed(1).padStart(6)} s  ${name}: ${seen}\n`);
  }
} finally {
  await stage.end();
}
process.stdout.write(
  `${scenarios.length - failed} of ${scenarios.length} scenarios went as they must, on ${stage.what}\n`,
);
process.exitCode = failed === 0 ? 0 : 1;
