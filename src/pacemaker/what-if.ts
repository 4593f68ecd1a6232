/**
 * A cluster that lives in crm_simulate: from one moment, things happen to it, and Pacemaker's scheduler does what it would. Changes
 * nothing that runs.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ClusterStatus } from '../model/cluster.ts';
import { Failure } from '../process/failure.ts';
import { type Element, parseXml } from '../process/xml.ts';
import { statusOfSimulation } from './status.ts';
import { runTool, wholeCibTimeout } from './tool.ts';

export interface Moment {
  /** A whole CIB, status included. */
  readonly cib: string;
  readonly status: ClusterStatus;
}

/** One thing that the cluster does, in its order. */
export interface Step {
  readonly action: 'start' | 'stop' | 'promote' | 'demote' | 'fence';
  /** The resource's id without any ':0'; '' when a node is fenced. */
  readonly resource: string;
  /** Undefined: it is done by the fencing of its node. */
  readonly node: string | undefined;
}

export interface Answer {
  readonly steps: readonly Step[];
  readonly after: Moment;
}

/** A transition may be followed by another; that there are so many means that it has no end. */
const mostTransitions = 10;

/**
 * What the cluster does after `events`, until there is nothing left to do.
 * @param events options of crm_simulate, as --node-fail NODE
 * @param amended the CIB after the first transition, with what crm_simulate leaves out of it
 * @throws Failure 'pacemaker': what it does has no end; 'missing' (crm_simulate)
 */
export async function carryOn(
  cib: string,
  events: readonly string[],
  quorate: boolean,
  amended: (first: Answer) => string = ({ after }) => after.cib,
): Promise<Answer> {
  const steps: Step[] = [];
  let answer = await transition(cib, [...events, '--quorum', String(quorate)], quorate);
  for (let count = 1; answer.steps.length > 0; count += 1) {
    steps.push(...answer.steps);
    if (answer.stuck) break;
    if (count === mostTransitions)
      throw new Failure('pacemaker', `what Pacemaker does comes to no end within ${mostTransitions} transitions`);
    answer = await transition(count === 1 ? amended(answer) : answer.after.cib, [], quorate);
  }
  return { steps, after: answer.after };
}

async function transition(
  cib: string,
  events: readonly string[],
  quorate: boolean,
): Promise<Answer & { stuck: boolean }> {
  const directory = await mkdtemp(path.join(tmpdir(), 'vnfha-'));
  try {
    const output = path.join(directory, 'out.xml');
    const args = ['--xml-pipe', '--simulate', '--save-output', output, '--output-as=xml', ...events];
    // 1: something of it can't be done, as to fence without quorum
    const options = { input: cib, timeout: wholeCibTimeout, accept: [0, 1] };
    const { stdout, code } = await runTool('crm_simulate', args, options);
    const answer = parseXml(stdout, 'crm_simulate');
    const after = answer.children.findLast(({ name }) => name.endsWith('cluster_status'));
    if (after === undefined) throw new Failure('input', `crm_simulate: <${answer.name}> without <cluster_status>`);
    const status = statusOfSimulation(after, quorate);
    const next = await readFile(output, 'utf8').catch(() => cib);
    return { steps: stepsIn(answer), after: { cib: next, status }, stuck: code !== 0 };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Of <transition>, what changes something that runs. What is done by fencing is pseudo. */
function stepsIn(answer: Element): Step[] {
  const all = answer.children.find(({ name }) => name === 'transition')?.children ?? [];
  return all.flatMap(({ name, attributes }): Step[] => {
    const { target, resource = '', op = '', node, task = '' } = attributes;
    if (name === 'fencing_action') return [{ action: 'fence', resource: '', node: target }];
    const plain = resource.replace(/:\d+$/, '');
    if (name === 'rsc_action') return isChange(op) ? [{ action: op, resource: plain, node }] : [];
    const [, lost, what] = /^(\S+?)(?::\d+)?_(stop|demote)_0$/.exec(task) ?? [];
    return lost === undefined || lost.endsWith('-clone') || !isChange(what)
      ? []
      : [{ action: what, resource: lost, node: undefined }];
  });
}

const isChange = (word: string | undefined): word is 'start' | 'stop' | 'promote' | 'demote' =>
  word === 'start' || word === 'stop' || word === 'promote' || word === 'demote';
