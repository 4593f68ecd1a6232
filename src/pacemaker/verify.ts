import { Failure } from '../process/failure.ts';
import { run } from '../process/run.ts';
import { wholeCibTimeout } from './tool.ts';

const configurationIsWrong = 78;

/**
 * Whether Pacemaker would take this CIB: its schema and the scheduler's own checks. What is a mere warning to Pacemaker passes:
 * in a live CIB that may be a node that is lost just now.
 * @param what what to call it in the error
 * @throws Failure 'input' with what crm_verify says, 'missing'.
 */
export async function verifyCib(xml: string, what: string): Promise<void> {
  const { code, stdout, stderr } = await run('crm_verify', ['--xml-pipe', '--verbose'], {
    input: xml,
    timeout: wholeCibTimeout,
    accept: Array.from({ length: 256 }, (_, exit) => exit),
  });
  if (code === 0 || (code === configurationIsWrong && stderr.includes('Warnings found during check'))) return;
  const said = (stderr + stdout).trim().replaceAll(/^\([a-zA-Z_0-9]+\)\s*/gm, '');
  throw new Failure('input', `${what} is not a CIB that Pacemaker takes; crm_verify says:\n${said}`);
}
