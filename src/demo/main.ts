/**
 * The demo: a real cluster, real programs, real traffic, real faults. Ends with exit code 1 if anything that had to happen
 * after a fault did not.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { loadVnf } from '../model/load.ts';
import { exitCodes, Failure } from '../process/failure.ts';
import { nowMicros } from '../process/log.ts';
import { resourceId, syncPaths } from '../model/names.ts';
import { busy, theNodeOf, until, unwell } from './cluster.ts';
import { sessions, writeDescription } from './description.ts';
import { outageOf } from './outage.ts';
import { type Chapter, summaryTable, timelineText } from './report.ts';
import { recordsOf, setStage, type Stage } from './stage.ts';
import { type Step, story } from './story.ts';
import { type LogRecord, missingFrom, timelineOf } from './timeline.ts';

const targets = {
  registrar: 'redis://10.77.0.50:6379/demo',
  web: 'http://10.77.0.60/',
  [sessions.name]: `put://${sessions.address}:${sessions.port}/`,
} as const;
const name = 'demo';

const begun = performance.now();
function say(text: string): void {
  process.stderr.write(`${((performance.now() - begun) / 1000).toFixed(1).padStart(6)} s  ${text}\n`);
}

function tell(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Waits until the VNF is as described and each target answers. */
async function allWell(stage: Stage): Promise<void> {
  await until(
    async () => {
      const status = await stage.lab.cluster();
      const faults = unwell(status, stage.vnf);
      for (const [vnfc, target] of Object.entries(targets)) {
        const last = stage.samples.findLast((sample) => sample.target === target);
        if (last?.ok !== true || last.at < nowMicros() - 1_500_000) faults.push(`the ${vnfc} does not answer`);
      }
      return faults.length === 0 ? busy(stage, status) : faults.join('; ');
    },
    { timeout: 90_000, say },
  );
}

async function chapter(stage: Stage, step: Step, number: number): Promise<Chapter> {
  tell(`\n${number}. ${step.title}`);
  const faultAt = nowMicros();
  const what = await step.damage(stage);
  say(what);
  const nodes = new Map(stage.vnf.nodes.map((node) => [node.id, node.name]));
  const tellTale = async (): Promise<Chapter> => {
    const outages = Object.fromEntries(
      Object.entries(targets).map(([vnfc, target]) => [
        vnfc,
        outageOf(
          stage.samples.filter((sample) => sample.target === target),
          faultAt,
        ),
      ]),
    );
    const back = Object.entries(outages).flatMap(([vnfc, { backAt }]): LogRecord[] =>
      backAt === undefined
        ? []
        : [{ at: backAt, host: 'client', source: 'client', event: 'back', what: `the ${vnfc}` }],
    );
    const timeline = timelineOf([...(await recordsOf(stage, faultAt)), ...back], faultAt, nodes);
    return { title: step.title, faultAt, timeline: [{ at: faultAt, milestone: 'fault', what }, ...timeline], outages };
  };
  let told: Chapter | undefined;
  await until(
    async () => {
      if (stage.repairFailed !== undefined) throw new Failure('lab', `the repair failed: ${stage.repairFailed}`);
      told = await tellTale();
      const { timeline } = told;
      const missing = [...new Set(step.wanted.flatMap((wanted) => missingFrom(timeline, wanted)))];
      return missing.length === 0 ? undefined : `not yet seen: ${missing.join(', ')}`;
    },
    { timeout: 90_000, say },
  ).catch((error: unknown) => {
    if (told) tell(timelineText(told));
    throw error;
  });
  await allWell(stage);
  told = await tellTale();
  tell(timelineText(told));
  return told;
}

/** Writes that were acknowledged twice with the same number: the first of them was lost when the state moved. */
function lostWrites(stage: Stage): { acknowledged: number; lost: number } {
  const numbers = stage.samples
    .filter(({ ok, target }) => ok && target === targets.registrar)
    .map(({ answer }) => answer);
  return { acknowledged: numbers.length, lost: numbers.length - new Set(numbers).size };
}

/** What of that which was acknowledged the active instance's state hasn't got. */
async function lostState({ lab, vnf, samples }: Stage): Promise<{ acknowledged: number; lost: number }> {
  const node = await theNodeOf({ lab }, resourceId(vnf.name, sessions.name), 'Promoted');
  const socket = syncPaths(vnf, sessions.name).socket;
  const asked = await lab.exec(node, ['curl', '-sS', '--unix-socket', socket, 'http://sync/v1/snapshot']);
  const lines = asked.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { key?: string; end?: boolean });
  if (lines.at(-1)?.end !== true) throw new Failure('unexpected', `the snapshot of ${sessions.name} has no end`);
  const keys = new Set(lines.map(({ key }) => key));
  const acknowledged = samples.filter(({ ok, target }) => ok && target === targets[sessions.name]);
  const lost = acknowledged.filter(({ answer }) => !keys.has(`binding/${answer}`));
  return { acknowledged: acknowledged.length, lost: lost.length };
}

async function play(options: { readonly keep: boolean }): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'vnfha-demo-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'demo.yaml');
  await writeDescription(file);
  const vnf = await loadVnf(file);
  const what = 'examples/sipcore.yaml, and the stateful VNFC of examples/sessions.yaml';
  tell(`The VNF ${vnf.name} (${what}) on a real cluster of ${vnf.nodes.length} nodes.`);
  const stage = await setStage({ name, file, vnf, targets: Object.values(targets) }, say);
  const interrupt = (): void => void stage.lab.down().finally(() => process.exit(130));
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    await allWell(stage);
    say('the VNF is up');
    tell(`\n${(await stage.lab.exec(vnf.nodes[0]!.name, ['crm_mon', '-1'])).stdout.trim()}`);
    const chapters: Chapter[] = [];
    for (const [index, step] of story.entries()) chapters.push(await chapter(stage, step, index + 1));
    tell(`\n${summaryTable(chapters)}\n`);
    const { acknowledged, lost } = lostWrites(stage);
    tell(`registrar: of ${acknowledged} acknowledged writes ${lost} were lost (Redis replicates asynchronously).`);
    const state = await lostState(stage);
    tell(
      `${sessions.name}: of ${state.acknowledged} acknowledged writes ${state.lost} were lost (its sidecar acknowledges what a standby has).`,
    );
    tell(
      `VNFM: asked to heal ${stage.heals.length} time(s): ${stage.heals.map((heal) => heal.vnfcInstanceId).join()}.`,
    );
    if (stage.heals.length !== 1)
      throw new Failure('unexpected', `the VNFM was asked ${stage.heals.length} times, not once`);
    // Redis replicates asynchronously; more than a second's writes would mean that the standby did not have the state
    if (lost > 50) throw new Failure('unexpected', `the standby did not have the state: ${lost} writes lost`);
    if (state.lost > 0 || state.acknowledged === 0)
      throw new Failure('unexpected', `${state.lost} of ${state.acknowledged} acknowledged writes of ${sessions.name} are lost`); // prettier-ignore
    if (options.keep) {
      stage.lab.release();
      tell(`\nThe lab stays up: npx vnfha lab status --name ${name}; npx vnfha lab down --name ${name}`);
    }
  } finally {
    if (!options.keep) await stage.lab.down();
  }
}

const command = new Command('demo')
  .description('a real cluster, real programs, real traffic, real faults, measured')
  .option('--keep', 'leave the lab up at the end', false)
  .addHelpText('after', '\nExamples:\n  npm run demo\n  npm run demo -- --keep')
  .action(play);

command
  .parseAsync()
  .then(() => process.exit(0))
  .catch((error: unknown) => {
    const { message, cure, kind } = error as Partial<Failure> & Error;
    process.stderr.write(`demo: FAILED: ${message}\n${cure ? `${cure}\n` : ''}`);
    process.exit(kind ? exitCodes[kind] : 1);
  });
