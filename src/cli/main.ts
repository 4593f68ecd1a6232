/**
 * The command line: `vnfha COMMAND …`. A command's code is loaded when it is called; only the help loads all of them.
 */
import { type Command, CommanderError } from 'commander';
import { exitCodes, Failure, messageOf } from '../process/failure.ts';
import { makeProgram } from './program.ts';

async function main(args: readonly string[]): Promise<void> {
  const called = args.find((arg) => !arg.startsWith('-'));
  const program = await makeProgram(called);
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
