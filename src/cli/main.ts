/**
 * The command line: `vnfha COMMAND …`. A command's code is loaded when it is called; only the help loads all of them.
 */
import { Command, CommanderError } from 'commander';
import { exitCodes, Failure, messageOf } from '../process/failure.ts';

const commands: Readonly<Record<string, () => Promise<Command>>> = {
  check: async () => (await import('./commands/check.ts')).checkCommand(),
  budget: async () => (await import('./commands/budget.ts')).budgetCommand(),
  generate: async () => (await import('./commands/generate.ts')).generateCommand(),
  diff: async () => (await import('./commands/diff.ts')).diffCommand(),
  apply: async () => (await import('./commands/apply.ts')).applyCommand(),
  remove: async () => (await import('./commands/remove.ts')).removeCommand(),
  bridge: async () => (await import('./commands/bridge.ts')).bridgeCommand(),
  supervisor: async () => (await import('./commands/supervisor.ts')).supervisorCommand(),
  notifier: async () => (await import('./commands/notifier.ts')).notifierCommand(),
  lab: async () => (await import('./commands/lab.ts')).labCommand(),
  'vnfm-sim': async () => (await import('./commands/vnfm-sim.ts')).vnfmSimCommand(),
};

async function main(args: readonly string[]): Promise<void> {
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
  const called = args.find((arg) => !arg.startsWith('-'));
  const wanted = called !== undefined && Object.hasOwn(commands, called) ? [called] : Object.keys(commands);
  for (const name of wanted) program.addCommand(await commands[name]!());
  throwInsteadOfExit(program);
  await program.parseAsync(args, { from: 'user' });
}

function throwInsteadOfExit(command: Command): void {
  command.exitOverride();
  command.commands.forEach(throwInsteadOfExit);
}

/** What is thrown, as the operator sees it. */
function report(error: unknown, asJson: boolean): void {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : exitCodes.usage; // commander has said what is wrong
    return;
  }
  const failure = error instanceof Failure ? error : undefined;
  const kind = failure?.kind ?? 'unexpected';
  process.exitCode = exitCodes[kind];
  const message = messageOf(error);
  if (asJson) {
    const { cure, retryable = false } = failure ?? {};
    process.stderr.write(JSON.stringify({ error: { kind, message, cure, retryable } }) + '\n');
    return;
  }
  process.stderr.write(`vnfha: ${message}\n`);
  if (failure?.cure !== undefined) process.stderr.write(`${failure.cure}\n`);
  if (failure === undefined && error instanceof Error && process.env.VNFHA_DEBUG)
    process.stderr.write(`${error.stack}\n`);
}

/** Nobody reads on (`vnfha generate … | head`): that is said to nobody. A full disk is. */
function outputFailed(error: NodeJS.ErrnoException): never {
  if (error.code === 'EPIPE') process.exit(exitCodes.unexpected);
  report(new Failure('unexpected', `what was to be printed cannot be written: ${error.message}`), false);
  process.exit();
}

process.stdout.on('error', outputFailed);
const args = process.argv.slice(2);
const own = args.includes('--') ? args.slice(0, args.indexOf('--')) : args;
main(args).catch((error: unknown) => report(error, own.includes('--json')));
