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
  /** A quick way to see that the loopback accepts connections at a port, where there is one; false: nobody knows. */
  readonly accepts?: (port: number) => boolean;
}

/**
 * A check that isn't healthy, and what that says about whether the instance is gone: 'proven', nobody listens, by the
 * kernel's word; 'claimed', the command ended with a code that isn't 0; 'unknown': no answer in time, or a bad one.
 */
export interface Finding {
  readonly problem: string;
  readonly gone: 'proven' | 'claimed' | 'unknown';
}

/** What is wrong with the instance, by every check that is given, or undefined. Answers within `timeoutMs`. */
export async function healthProblem(checks: HealthChecks, timeoutMs: number): Promise<string | undefined> {
  const findings = await askChecks(checks, timeoutMs);
  return findings.find((finding) => finding !== undefined)?.problem;
}

/** The finding of every check that is given, undefined where it is healthy. Answers within `timeoutMs`. */
export function askChecks(checks: HealthChecks, timeoutMs: number): Promise<readonly (Finding | undefined)[]> {
  const { check_tcp, check_http, check_command, user, accepts } = checks;
  return Promise.all([
    ...(check_tcp === undefined || accepts?.(check_tcp) ? [] : [askTcp(check_tcp, timeoutMs)]),
    ...(check_http === undefined ? [] : [askHttp(check_http, timeoutMs)]),
    ...(check_command === undefined ? [] : [askCommand(check_command, user, timeoutMs)]),
  ]);
}

export const hasCheck = (checks: HealthChecks): boolean =>
  checks.check_tcp !== undefined || checks.check_http !== undefined || checks.check_command !== undefined;

async function askCommand(argv: Argv, user: string | undefined, timeoutMs: number): Promise<Finding | undefined> {
  const { code, problem } = await execute(argv, { timeoutMs, user });
  return problem === undefined ? undefined : { problem, gone: code === undefined ? 'unknown' : 'claimed' };
}

/** The program may serve on one address of the node only: the loopback is asked first, then the others. */
async function askTcp(port: number, timeoutMs: number): Promise<Finding | undefined> {
  const begun = performance.now();
  const first = await connectTo('127.0.0.1', port, timeoutMs);
  if (first === undefined) return undefined;
  const others = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ address, scopeid }) => address !== '127.0.0.1' && !scopeid);
  const leftMs = Math.max(1, timeoutMs - (performance.now() - begun));
  const answers = await Promise.all(others.map(({ address }) => connectTo(address, port, leftMs)));
  if (answers.includes(undefined)) return undefined;
  const gone = [first, ...answers].every((finding) => finding?.gone === 'proven') ? 'proven' : 'unknown';
  return { problem: `TCP port ${port} of this node accepts no connection: ${first.problem}`, gone };
}

/** Why no connection is accepted at `host`; undefined: one is. */
export async function connectProblem(
  { host, port }: { readonly host: string; readonly port: number },
  timeoutMs: number,
): Promise<string | undefined> {
  const finding = await connectTo(host, port, timeoutMs);
  return finding && `${host} port ${port} accepts no connection: ${finding.problem}`;
}

/** An address of this node that cannot be used, or left it in this moment: nobody can listen there. */
const unusable = ['EADDRNOTAVAIL', 'ENETUNREACH'];

function connectTo(host: string, port: number, timeoutMs: number): Promise<Finding | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: Math.max(1, timeoutMs) });
    const finish = (finding: Finding | undefined) => {
      socket.destroy();
      resolve(finding);
    };
    socket.once('connect', () => finish(undefined));
    socket.once('timeout', () => finish(noAnswer(timeoutMs)));
    socket.once('error', (error) => finish(connectionError(error, ['ECONNREFUSED', ...unusable])));
  });
}

async function askHttp(url: string, timeoutMs: number): Promise<Finding | undefined> {
  const { get } = url.startsWith('https:') ? await import('node:https') : await import('node:http');
  return new Promise((resolve) => {
    // whether it answers is asked, not who it is: a certificate for the service's name does not fit the loopback
    const options = { agent: false, rejectUnauthorized: false, signal: AbortSignal.timeout(Math.max(1, timeoutMs)) };
    const request = get(url, options, (response) => {
      const status = response.statusCode ?? 0;
      request.destroy();
      const healthy = status >= 200 && status < 400;
      resolve(healthy ? undefined : { problem: `${url} answers with status ${status}`, gone: 'unknown' });
    });
    request.once('error', (error) => {
      const { problem, gone } =
        error.name === 'AbortError' ? noAnswer(timeoutMs) : connectionError(error, ['ECONNREFUSED']);
      resolve({ problem: `${url}: ${problem}`, gone });
    });
  });
}

const noAnswer = (timeoutMs: number): Finding => ({
  problem: `no answer within ${Math.round(timeoutMs)} ms`,
  gone: 'unknown',
});

/** `proofs`: the codes that prove that nobody listens. A name with several addresses has one error for each. */
function connectionError(error: Error, proofs: readonly string[]): Finding {
  const errors = (error instanceof AggregateError ? error.errors : [error]) as NodeJS.ErrnoException[];
  const proven = errors.every(({ code }) => proofs.includes(code ?? ''));
  return { problem: errors.map(({ message }) => message).join(', '), gone: proven ? 'proven' : 'unknown' };
}
