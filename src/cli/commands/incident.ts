/** `vnfha incident`: what the VNFM was told, and what came of it. */
import { Command, Option } from 'commander';
import { type Incident, isOpen, type Journal, lastHold } from '../../decide/incident-journal.ts';
import { loadVnf } from '../../model/load.ts';
import { paths, vnfPaths } from '../../model/names.ts';
import type { RecoveryTarget } from '../../model/vnf.ts';
import { Failure } from '../../process/failure.ts';
import { descriptionOf, vnfOption } from '../vnf-option.ts';
import { incidentPage } from '../../status/incident-picture.ts';
import { incidentTimes } from '../../status/incident-times.ts';
import { readJournal, timelineOf } from '../../status/incidents.ts';

interface IncidentOptions {
  readonly json?: boolean;
  readonly journal?: string;
  readonly vnf?: string;
}

export function incidentCommand(): Command {
  return new Command('incident')
    .summary('incidents: failures that Pacemaker could not recover')
    .description(
      'Shows what is in the journal of incidents, which is the same on every node: failures that Pacemaker could not recover, what the ' +
        'VNFM was asked, and what came of it. Closed ones are kept for a while: see docs/notifier.md.',
    )
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addHelpText(
      'after',
      `
Examples:
  vnfha incident list
  vnfha incident show sipcore-web-node3-mwwsf4y8
  vnfha incident show sipcore-web-node3 --html > incident.html`,
    );
}

const journalOption = ['--journal <file>', `where they are; default ${paths.incidentJournal}`] as const;

const journalOf = ({ journal, vnf }: IncidentOptions): string =>
  journal ?? (vnf === undefined ? paths.incidentJournal : vnfPaths({ name: vnf, beside: true }).incidentJournal);

interface ShowOptions extends IncidentOptions {
  readonly html?: boolean;
  readonly description?: string;
}

function listCommand(): Command {
  return new Command('list')
    .summary('all that are known, the newest first')
    .option('--json', 'print a JSON array instead of text')
    .addOption(vnfOption())
    .option(...journalOption)
    .action(async ({ json, ...options }: IncidentOptions) => {
      const all = await readJournal(journalOf(options));
      const incidents = known(all);
      if (json)
        process.stdout.write(JSON.stringify(incidents.map((one) => ({ ...one, held: holdOf(all, one) })), null, 2) + '\n'); // prettier-ignore
      else process.stdout.write(incidents.map((one) => `${listLine(one, all)}\n`).join('') || 'No incidents.\n');
    });
}

function showCommand(): Command {
  return new Command('show')
    .summary('one of them, from its beginning to its end')
    .argument('<id>', 'its id, or the beginning of it')
    .addOption(new Option('--json', 'print one JSON object instead of text').conflicts('html'))
    .option('--html', 'print a page with its picture: one file, for a mail or a ticket')
    .option('--description <file>', `says what was asked for: its recovery; default ${paths.description}`)
    .addOption(vnfOption())
    .option(...journalOption)
    .action(async (id: string, { json, html, description, ...options }: ShowOptions) => {
      const all = await readJournal(journalOf(options));
      const incident = named(known(all), id);
      const recorded = all.get(incident.id)!;
      const timeline = timelineOf(recorded);
      const target = await targetIn(description ?? descriptionOf(undefined, options.vnf));
      const now = Date.now();
      const times = incidentTimes(recorded.entries, target, now);
      if (html) return void process.stdout.write(incidentPage({ incident, timeline, times, now }));
      if (json) {
        process.stdout.write(
          JSON.stringify({ ...incident, open: isOpen(incident), held: holdOf(all, incident), target, times, timeline }, null, 2) + '\n', // prettier-ignore
        );
        return;
      }
      const lines = timeline.map(({ at, afterMs, by, kind, details }) => {
        const more = Object.entries(details).map(([key, value]) => `${key}: ${key === 'until' ? new Date(Number(value)).toISOString() : String(value)}`).join(', '); // prettier-ignore
        return `${new Date(at).toISOString()}  +${(afterMs / 1000).toFixed(3)} s  ${by}  ${kind}${more && `  (${more})`}`;
      });
      process.stdout.write(`${listLine(incident, all)}\n${times.sentence}\n\n${lines.join('\n')}\n`);
    });
}

/** What isn't there, or isn't right, asks for nothing. */
const targetIn = (description: string): Promise<RecoveryTarget | undefined> =>
  loadVnf(description).then(
    ({ recovery }) => recovery,
    () => undefined,
  );

function known(journal: Journal): Incident[] {
  const incidents = [...journal.values()].flatMap(({ incident }) => incident ?? []);
  return incidents.toSorted((one, other) => other.raisedAt - one.raisedAt);
}

function named(incidents: readonly Incident[], id: string): Incident {
  const found = incidents.filter((one) => one.id === id || one.id.startsWith(id));
  const exact = found.find((one) => one.id === id) ?? (found.length === 1 ? found[0] : undefined);
  if (exact !== undefined) return exact;
  const what = found.length === 0 ? `there is no incident '${id}' in the journal` : `'${id}' begins several incidents`;
  throw new Failure('usage', what, { cure: "Run 'vnfha incident list'." });
}

/** Why its heal was held back when that was last written, and until when. */
function holdOf(all: Journal, { id }: Incident) {
  const hold = lastHold(all.get(id)!);
  return hold && { at: hold.at, why: hold.why, reason: hold.reason, until: hold.until };
}

function listLine(incident: Incident, all: Journal): string {
  const { id, raisedAt, vnfc, node, phase, reason } = incident;
  const hold = holdOf(all, incident);
  const held = hold === undefined ? '' : `; its heal is held back (${hold.why}): ${hold.reason}`;
  return `${id}  ${new Date(raisedAt).toISOString()}  ${vnfc} on ${node}  ${phase}: ${reason}${held}`;
}
