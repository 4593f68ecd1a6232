/** The registrar of examples/sessions, as a client sees it. */
import type { Lab } from '../../src/lab/lab.ts';
import { until } from './wait.ts';

/**
 * Where the user of `url` is; undefined: the registrar says that there is no such user. It is asked again while nobody who is active answers:
 * that is an outage, and no loss.
 */
export async function lookUp(lab: Lab, url: string, withinMs: number): Promise<string | undefined> {
  const answer = await until(
    `${url} is answered`,
    async () => {
      const argv = ['curl', '-s', '--max-time', '3', '--write-out', '\n%{http_code}', url];
      const { stdout } = await lab.exec('client', argv);
      const end = stdout.lastIndexOf('\n');
      const status = stdout.slice(end + 1);
      return ['200', '404'].includes(status) && { status, body: stdout.slice(0, end) };
    },
    withinMs,
  );
  return answer.status === '200' ? answer.body : undefined;
}
