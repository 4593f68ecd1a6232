/** `vnfha lab`: a real cluster on this machine, in namespaces. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { Lab } from '../../lab/lab.ts';
import type { ServiceAction } from '../../lab/protocol.ts';
import { requireRoot } from '../../lab/requirements.ts';
import { runningLabs } from '../../lab/worlds.ts';
import { labStatus } from './lab-status.ts';
import { labUp } from './lab-up.ts';

const examples = `
Examples:
  vnfha lab up                                three nodes that run the example VNF
  vnfha lab up my-vnf.yaml --name mine        the nodes and networks of your own description
  vnfha lab up sipcore.yaml sipcore-im.yaml   two VNFs side by side on the same nodes
  vnfha lab up vms.yaml                       VNFCs in VMs: real QEMU, with small guests
  vnfha lab exec node1 -- crm_mon -1          run a program on a node
  vnfha lab exec client -- curl -s 10.77.0.60 or on the host outside the cluster
  vnfha lab kill node2                        a power cut; the cluster fences it, and it comes back
  vnfha lab unplug node3                      pull its cable; it stays pulled until 'plug'
  vnfha lab down                              nothing is left on this machine`;

interface Named {
  readonly name: string;
}

export function labCommand(): Command {
  const lab = new Command('lab')
    .summary('a real cluster on this machine to try things on')
    .description(
      'Runs real Corosync and Pacemaker nodes, and a client outside the cluster, in namespaces of this machine: no containers; VMs where the description has some. ' +
        'Fencing works, disks outlive power cuts, and nothing is left when it is taken down. Needs root.',
    )
    .enablePositionalOptions()
    .addHelpText('after', examples);
  lab
    .command('up')
    .summary('start a lab')
    .description(
      'Starts the nodes of a description (default: the example sipcore.yaml), and applies it to their cluster.',
    )
    .argument(
      '[FILES...]',
      'the description, and those of VNFs that run beside it; their fencing is replaced by the lab’s own, and their VMs are small guests',
    )
    .addOption(nameOption())
    .option('--nodes <N>', 'the example with that many nodes', count)
    .option('--no-apply', 'only form the cluster: apply nothing to it')
    .option('--boot-delay <SECONDS>', 'from a fencing to the power being on again', seconds, 5)
    .action(labUp);
  named(lab, 'down', 'end a lab, and everything in it')
    .option('--logs <DIR>', 'copy the logs of its nodes there first')
    .action(async ({ name, logs }: Named & { logs?: string }) => {
      requireRoot();
      if (logs !== undefined) await Lab.named(name).copyLogs(logs);
      await Lab.named(name).down();
    });
  named(lab, 'status', 'which hosts are on, and what the cluster says')
    .option('--json', 'as one JSON object')
    .action(labStatus);
  lab
    .command('list')
    .summary('the labs that are up')
    .description('Prints the names of the labs that are up, one a line.')
    .option('--json', 'as a JSON array')
    .action(({ json }: { json?: boolean }) => {
      requireRoot();
      const names = runningLabs();
      process.stdout.write(json ? JSON.stringify(names) + '\n' : names.map((name) => `${name}\n`).join(''));
    });
  lab
    .command('exec')
    .summary('run a program on a host')
    .description('Runs CMD on a node, the client, or the world (where the switches are); its exit code is passed on.')
    .argument('<HOST>')
    .argument('<CMD...>')
    .addOption(nameOption())
    .passThroughOptions()
    .action(async (host: string, argv: string[], { name }: Named) => {
      requireRoot();
      process.exitCode = await Lab.named(name).execHere(host, argv[0] === '--' ? argv.slice(1) : argv);
    });
  const power = (action: 'kill' | 'boot' | 'halt', summary: string) =>
    named(lab, action, summary)
      .argument('<NODE>')
      .action(async (node: string, { name }: Named) => {
        requireRoot();
        await Lab.named(name)[action](node);
      });
  power('kill', 'cut a node’s power');
  power('boot', 'power a node on');
  power('halt', 'shut a node down cleanly');
  const cable = (action: 'plug' | 'unplug', summary: string) =>
    named(lab, action, summary)
      .argument('<NODE>')
      .argument('[NETWORK]', 'only the cable to that network')
      .action(async (node: string, network: string | undefined, { name }: Named) => {
        requireRoot();
        await Lab.named(name)[action](node, network);
      });
  cable('unplug', 'pull a node’s cables');
  cable('plug', 'put a node’s cables back');
  named(lab, 'service', 'start, stop or kill -9 a service of a node')
    .argument('<NODE>')
    .argument('<SERVICE>', 'corosync, pacemaker, vnfha-bridge or vnfha-notifier')
    .argument('<ACTION>', 'start, stop or kill', serviceAction)
    .action(async (node: string, service: string, action: ServiceAction, { name }: Named) => {
      requireRoot();
      await Lab.named(name).service(node, service, action);
    });
  for (const command of lab.commands) command.addHelpText('after', examples);
  return lab;
}

const nameOption = () => new Option('--name <NAME>', 'the lab’s name').default('lab');

const named = (lab: Command, command: string, summary: string): Command =>
  lab
    .command(command)
    .summary(summary)
    .description(`${summary[0]!.toUpperCase()}${summary.slice(1)}.`)
    .addOption(nameOption());

function count(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 2 && value <= 32) return value;
  throw new InvalidArgumentError('A cluster has 2 to 32 nodes.');
}

function seconds(text: string): number {
  const value = Number(text);
  if (text !== '' && value >= 0 && value <= 3600) return value;
  throw new InvalidArgumentError('Give seconds, 0 to 3600.');
}

function serviceAction(text: string): ServiceAction {
  if (text === 'start' || text === 'stop' || text === 'kill') return text;
  throw new InvalidArgumentError('It is one of: start, stop, kill.');
}
