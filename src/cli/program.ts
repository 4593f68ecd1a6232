/** What the command line is: the commands, each in a file of its own, which is loaded when it is needed. */
import { Command } from 'commander';

const commands: Readonly<Record<string, () => Promise<Command>>> = {
  check: async () => (await import('./commands/check.ts')).checkCommand(),
  budget: async () => (await import('./commands/budget.ts')).budgetCommand(),
  generate: async () => (await import('./commands/generate.ts')).generateCommand(),
  diff: async () => (await import('./commands/diff.ts')).diffCommand(),
  apply: async () => (await import('./commands/apply.ts')).applyCommand(),
  simulate: async () => (await import('./commands/simulate.ts')).simulateCommand(),
  status: async () => (await import('./commands/status.ts')).statusCommand(),
  incident: async () => (await import('./commands/incident.ts')).incidentCommand(),
  import: async () => (await import('./commands/import.ts')).importCommand(),
  remove: async () => (await import('./commands/remove.ts')).removeCommand(),
  doctor: async () => (await import('./commands/doctor.ts')).doctorCommand(),
  bridge: async () => (await import('./commands/bridge.ts')).bridgeCommand(),
  supervisor: async () => (await import('./commands/supervisor.ts')).supervisorCommand(),
  notifier: async () => (await import('./commands/notifier.ts')).notifierCommand(),
  lab: async () => (await import('./commands/lab.ts')).labCommand(),
  sync: async () => (await import('./commands/sync.ts')).syncCommand(),
  'vnfm-sim': async () => (await import('./commands/vnfm-sim.ts')).vnfmSimCommand(),
};

/**
 * The program `vnfha`.
 * @param called the command that was called: if there is such a one, only its code is loaded; else all of it, as the help needs
 */
export async function makeProgram(called?: string): Promise<Command> {
  const program = new Command('vnfha')
    .description('Pacemaker and Corosync keep a VNF up, from one description.')
    .version(process.env.VNFHA_VERSION ?? 'of the source tree')
    .enablePositionalOptions()
    .configureHelp({ showGlobalOptions: true })
    .addHelpText(
      'after',
      `
Examples:
  vnfha check vnf.yaml              what is wrong with a description
  vnfha apply vnf.yaml --dry-run    what it would change in this cluster
  vnfha lab up                      a cluster on this machine, to try things on

'vnfha COMMAND --help' has more. Exit codes are listed in docs/exit-codes.md;
what is called docs/ here is /usr/share/doc/vnfha/ where vnfha is installed.`,
    );
  const wanted = called !== undefined && Object.hasOwn(commands, called) ? [called] : Object.keys(commands);
  for (const name of wanted) program.addCommand(await commands[name]!());
  return program;
}
