/** `vnfha simulate`: what would happen if something failed. */
import { Command } from 'commander';
import { generateCib, wholeCib } from '../../cib/generate.ts';
import { loadTemplates } from '../../cib/templates.ts';
import { loadVnf } from '../../model/load.ts';
import { paths } from '../../model/names.ts';
import type { Vnf } from '../../model/vnf.ts';
import { queryCib } from '../../pacemaker/live-cib.ts';
import type { Moment } from '../../pacemaker/what-if.ts';
import { Failure } from '../../process/failure.ts';
import { nodeOf, resourceOf } from '../../simulate/beginning.ts';
import { everyFault, everyPair, type Fault, faultText, readFault } from '../../simulate/failure.ts';
import type { VnfcOutcome } from '../../simulate/outcome.ts';
import { present, settled, type WhatIf, whatIf, whatIfEach } from '../../simulate/what-if.ts';
import { withProgress } from '../progress.ts';
import { allText, storyText, worstOf } from '../simulate-text.ts';

interface Options {
  readonly fail: readonly string[];
  readonly all?: true;
  readonly lasting?: true;
  readonly live?: true;
  readonly templates?: string;
  readonly json?: true;
}

export function simulateCommand(): Command {
  return new Command('simulate')
    .summary('what would happen if a node, a VNFC or an HAProxy failed')
    .description(
      'Asks Pacemaker’s scheduler (crm_simulate) what it would do, and carries that on by the decisions of the bridge and the notifier: who is\n' +
        'active and has the address, who is in the load balancer’s rotation, whom the VNFM is asked to heal. Nothing that runs is changed.\n' +
        'Where nothing is said of the live cluster, it needs none. See docs/simulate.md.',
    )
    .argument('[file]', 'the VNF description', paths.description)
    .option(
      '--fail <what...>',
      'node:NODE, guest:GUEST, vnfc:VNFC/NODE, vnfc:VNFC/VM or lb:NODE; several fail at once',
      [],
    )
    .option('--all', 'every single failure and every two at once; which of them lose service')
    .option('--lasting', 'what fails has failed more often than it is restarted; a VM on each of its nodes')
    .option('--live', 'begin with the live cluster as it is now, not with the description’s when all is well')
    .option('--templates <dir>', 'templates here go before the shipped ones of the same name')
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      `
Examples:
  vnfha simulate vnf.yaml --fail node:node1
  vnfha simulate vnf.yaml --fail vnfc:web/node3 --lasting
  vnfha simulate vnf.yaml --fail node:node1 vnfc:registrar/node2
  vnfha simulate vnf.yaml --all --json | jq '.cases[] | select(.service == "lost") | .fail'
  vnfha simulate --live --fail node:node2     before its maintenance

It exits with 0 when service is kept, and with 15 when it is lost (with --all: by any single failure).`,
    )
    .action(async (file: string, options: Options) => {
      const vnf = await loadVnf(file);
      if (options.fail.length > 0 === (options.all === true)) {
        throw new Failure('usage', 'either --fail or --all is needed', { cure: "See 'vnfha simulate --help'." });
      }
      const faults = options.fail.map((text) => readFault(text, vnf));
      const before = await withProgress('Starting everything, in crm_simulate', beginning(vnf, options));
      const nowS = Math.floor(Date.now() / 1000);
      const ask = (some: readonly Fault[]): Promise<WhatIf> =>
        whatIf(vnf, before, some, options.lasting ?? false, nowS);
      const cases = options.all ? await askAll(vnf, before, ask) : [await withProgress('Simulating', ask(faults))];
      process.stdout.write(options.json ? jsonText(vnf, cases) : options.all ? allText(cases) : storyText(cases[0]!));
      const counted = options.all ? cases.filter((each) => each.faults.length === 1) : cases;
      if (counted.some(({ after }) => worstOf(after) === 'lost')) process.exitCode = 15;
    });
}

async function beginning(vnf: Vnf, { live, templates }: Options): Promise<Moment> {
  if (live) return present(await queryCib());
  return settled(wholeCib(generateCib(vnf, await loadTemplates(templates))), vnf);
}

/** What doesn't run, a spare instance or what has failed already, can't fail. */
async function askAll(vnf: Vnf, before: Moment, ask: (some: readonly Fault[]) => Promise<WhatIf>): Promise<WhatIf[]> {
  const runs = everyFault(vnf).filter((fault) => isThere(vnf, before, fault));
  const all = [...runs.map((one) => [one]), ...everyPair(runs)];
  let said = Date.now();
  return whatIfEach(all, ask, (count) => {
    if (Date.now() - said < 2000) return;
    said = Date.now();
    process.stderr.write(`${count} of ${all.length} cases …\n`);
  });
}

function isThere(vnf: Vnf, { status }: Moment, fault: Fault): boolean {
  if (fault.kind === 'node') return status.nodes.some(({ name, online }) => name === fault.node && online);
  const resource = resourceOf(vnf, fault);
  const node = nodeOf(vnf, fault, status);
  return status.resources.some(({ id, active, nodes }) => id === resource && active && nodes.some((on) => on === node));
}

const plainAddress = ({ address, at }: VnfcOutcome['addresses'][number]) => ({ address, at: at ?? null });

function jsonText({ name }: Vnf, cases: readonly WhatIf[]): string {
  const plain = cases.map(({ faults, quorate, steps, after }) => ({
    fail: faults.map(faultText),
    quorate,
    service: worstOf(after),
    pacemaker: steps.map(({ node, ...step }) => ({ ...step, node: node ?? null })),
    vnfcs: after.vnfcs.map((vnfc) => ({
      ...vnfc,
      active: vnfc.active ?? null,
      addresses: vnfc.addresses.map(plainAddress),
    })),
    loadBalancer: after.loadBalancer
      ? { ...after.loadBalancer, addresses: after.loadBalancer.addresses.map(plainAddress) }
      : null,
    heals: after.heals.map((heal) => ({ ...heal, vnfcInstanceId: heal.vnfcInstanceId ?? null })),
  }));
  return JSON.stringify({ vnf: name, cases: plain }, null, 2) + '\n';
}
