/** How the health of an instance is seen from its own node. */
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Argv } from '../model/vnf.ts';
import { execute } from './program.ts';

export interface HealthChecks {
  readonly check_tcp: number | undefined;
  readonly check_http: string | undefined;
  readonly check_command: Argv | undefined;
  readonly user: string | undefined;
}

/** What is wrong with the instance, by every check that is given, or undefined. Answers within `timeoutMs`. */
export async function healthProblem(checks: HealthChecks, timeoutMs: number): Promise<string | undefined> {
  const { check_tcp, check_http, check_command, user } = checks;
  const problems = await Promise.all([
    check_tcp === undefined ? undefined : tcpProblem(check_tcp, timeoutMs),
    check_http === undefined ? undefined : httpProblem(check_http, timeoutMs),
    check_command === undefined
      ? undefined
      : execute(check_command, { timeoutMs, user }).then(({ problem }) => problem),
  ]);
  return problems.find((problem) => problem !== undefined);
}

export const hasCheck = (checks: HealthChecks): boolean =>
  checks.check_tcp !== undefined || checks.check_http !== undefined || checks.check_command !== undefined;

/** The program may serve on one address of the node only: the loopback is asked first, then the others. */
async function tcpProblem(port: number, timeoutMs: number): Promise<string | undefined> {
  const begun = performance.now();
  const first = await connectProblem('127.0.0.1', port, timeoutMs);
  if (first === undefined) return undefined;
  const others = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ address, scopeid }) => address !== '127.0.0.1' && !scopeid);
  const leftMs = Math.max(1, timeoutMs - (performance.now() - begun));
  const answers = await Promise.all(others.map(({ address }) => connectProblem(address, port, leftMs)));
  return answers.includes(undefined) ? undefined : `TCP port ${port} of this node accepts no connection: ${first}`;
}

function connectProblem(host: string, port: number, timeoutMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: timeoutMs });
    const finish = (problem: string | undefined) => {
      socket.destroy();
      resolve(problem);
    };
    socket.once('connect', () => finish(undefined));
    socket.once('timeout', () => finish(`no answer within ${Math.round(timeoutMs)} ms`));
    socket.once('error', (error) => finish(error.message));
  });
}

async function httpProblem(url: string, timeoutMs: number): Promise<string | undefined> {
  const { get } = url.startsWith('https:') ? await import('node:https') : await import('node:http');
  return new Promise((resolve) => {
    // whether it answers is asked, not who it is: a certificate for the service's name does not fit the loopback
    const options = { agent: false, rejectUnauthorized: false, signal: AbortSignal.timeout(Math.max(1, timeoutMs)) };
    const request = get(url, options, (response) => {
      const status = response.statusCode ?? 0;
      request.destroy();
      resolve(status >= 200 && status < 400 ? undefined : `${url} answers with status ${status}`);
    });
    request.once('error', (error) => {
      const why = error.name === 'AbortError' ? `no answer within ${Math.round(timeoutMs)} ms` : error.message;
      resolve(`${url}: ${why}`);
    });
  });
}
