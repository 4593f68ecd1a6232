/** Making a lab: from a description to a world whose hosts are powered on. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { renderCorosyncConfig } from '../cib/render.ts';
import { loadTemplates } from '../cib/templates.ts';
import { readDescription, readText, refusal } from '../model/load.ts';
import { togetherProblems } from '../model/together.ts';
import { formatProblem } from '../model/problem.ts';
import { Failure } from '../process/failure.ts';
import { type Artefact, findArtefact } from './artefact.ts';
import { withLabFencing, withNodes } from './description.ts';
import { installFiles, type LabDescription } from './install.ts';
import { planLab } from './plan.ts';
import type { HostCopy, HostFile } from './protocol.ts';
import { bootFiles } from './images.ts';
import { checkRequirements, requireRoot } from './requirements.ts';
import { type Hold, startWorld } from './start.ts';
import { sharedDirectories } from './shared.ts';
import { domainXml, labVms } from './vms.ts';
import { directoryOf, endWorld, worldOf } from './worlds.ts';

export interface UpOptions {
  /** Default 'lab'. Labs of different names run side by side. */
  readonly name?: string;
  /** Path of the description; default: the example sipcore.yaml. */
  readonly description?: string;
  /** Descriptions of VNFs that run beside it, each with 'beside: true'. */
  readonly beside?: readonly string[];
  /** Instead of the description's nodes, that many: node1, node2 … (the default description only). */
  readonly nodes?: number;
  /** Files that every node gets on its blank disk, besides its own. */
  readonly files?: readonly HostFile[];
  /** Put the fence device into the CIB at once; for a lab that no description is applied to. */
  readonly seedFencing?: boolean;
  /** Whether the lab ends with this process; default true. */
  readonly ownerBound?: boolean;
  /** Milliseconds from a fencing to the node being on again; default 5000. */
  readonly bootDelayMs?: number;
  readonly progress?: (text: string) => void;
}

/** @throws Failure */
export async function raise(options: UpOptions): Promise<{ readonly name: string; readonly hold: Hold }> {
  const name = options.name ?? 'lab';
  const directory = directoryOf(name);
  requireRoot();
  const progress = options.progress ?? (() => undefined);
  const artefact = findArtefact();
  const { text, vnf } = await labDescription(options, artefact);
  const beside = await Promise.all((options.beside ?? []).map(besideDescription));
  const vnfs = [vnf, ...beside.map((one) => one.vnf)] as const;
  const problems = togetherProblems(vnfs);
  if (problems.length > 0)
    throw new Failure('input', problems.map(({ what }) => what).join('\n'), { cure: problems[0]!.cure });
  if (worldOf(name) !== undefined) {
    throw new Failure('lab', `the lab '${name}' is up already`, {
      cure: `Take it down with 'vnfha lab down --name ${name}', or give the new one another name.`,
    });
  }
  await endWorld(name); // what a crash left
  const plan = planLab(vnf, vnfs.slice(1));
  const vms = labVms(vnfs);
  const shared = sharedDirectories(vms);
  checkRequirements(vms.length > 0);
  progress(`starting the lab '${name}': ${vnf.name}, ${vnf.nodes.length} nodes`);
  const unanswered = vms.flatMap((vm) => vm.unanswered);
  if (unanswered.length > 0) progress(`the lab's small VMs have no answer to: ${unanswered.join('; ')}`);
  const kinds = [...new Set(vms.map(({ kind }) => kind))];
  const copies: HostCopy[] = [];
  for (const kind of kinds) copies.push(...(await bootFiles(kind, artefact, progress))); // two would want apt's lock
  const hold = await startWorld(
    {
      name,
      directory,
      artefact: artefact.root,
      description: options.description ?? 'sipcore.yaml',
      ...plan,
      files: installFiles(vnf, plan, {
        description: text,
        beside,
        corosyncConf: renderCorosyncConfig(vnf, await loadTemplates()),
        seedFencing: options.seedFencing ?? false,
        onHypervisors: vms.map((vm) => ({ path: vm.config, content: domainXml(vm) })),
        extra: options.files ?? [],
      }),
      copies,
      shared,
      bootDelayMs: options.bootDelayMs ?? 5000,
    },
    artefact.programs,
    progress,
  );
  return { name, hold };
}

async function besideDescription(file: string): Promise<LabDescription> {
  const text = withLabFencing(await readText(file));
  const { vnf, problems } = readDescription(text, file);
  if (vnf === undefined) throw refusal(file, problems);
  return { text, vnf };
}

/** The description as the nodes get it. What is wrong with it is said of the operator's own text. */
async function labDescription(options: UpOptions, artefact: Artefact): Promise<LabDescription> {
  const { description, nodes } = options;
  if (description !== undefined && nodes !== undefined) {
    throw new Failure('usage', 'a description names its nodes: their number cannot be given too');
  }
  const file = description ?? path.join(artefact.examples, 'sipcore.yaml');
  const given = description === undefined ? readFileSync(file, 'utf8') : await readText(file);
  const original = nodes === undefined ? given : withNodes(given, nodes);
  const problems = readDescription(original, file).problems.filter((problem) => problem.severity === 'error');
  const text = withLabFencing(original);
  const { vnf, problems: left } = readDescription(text, file);
  if (vnf !== undefined) return { text, vnf };
  throw new Failure('input', (problems.length > 0 ? problems : left).map(formatProblem).join('\n'), {
    cure: `Correct the description, then run 'vnfha check ${file}'.`,
  });
}
