/** What would happen to a VNF if some of its parts failed: asked of Pacemaker's scheduler, and carried on by our own decisions. */
import { availableParallelism } from 'node:os';
import type { Vnf } from '../model/vnf.ts';
import { type Answer, carryOn, type Moment, type Step } from '../pacemaker/what-if.ts';
import { Failure } from '../process/failure.ts';
import { type Element, parseXml, serializeXml } from '../process/xml.ts';
import {
  eventsOf,
  hitsOf,
  keepsQuorum,
  laterEventsOf,
  withExhausted,
  withoutEnded,
  withNodes,
  withGuestsBack,
  withoutLostGuests,
} from './beginning.ts';
import { type Fault, faultText } from './failure.ts';
import { type Outcome, outcomeOf } from './outcome.ts';

export interface WhatIf {
  readonly faults: readonly Fault[];
  /** What Pacemaker does, in its order. */
  readonly steps: readonly Step[];
  readonly quorate: boolean;
  readonly after: Outcome;
}

/** A failed VNFC or HAProxy is restarted where it is; or it failed more often than that. */
export type Lasting = boolean;

/** The cluster of a CIB that a description makes, when everything has been started. @throws Failure as carryOn */
export async function settled(cib: Element, vnf: Vnf): Promise<Moment> {
  return (await carryOn(serializeXml(withNodes(cib, vnf)), [], true)).after;
}

/** A cluster as it is, with its status. @throws Failure as carryOn */
export async function present(cib: string): Promise<Moment> {
  return (await carryOn(cib, [], true)).after;
}

/** @throws Failure 'usage' for what isn't there to fail; as carryOn */
export async function whatIf(
  vnf: Vnf,
  before: Moment,
  faults: readonly Fault[],
  lasting: Lasting,
  nowS: number,
): Promise<WhatIf> {
  const tree = parseXml(before.cib, 'crm_simulate');
  const quorate = keepsQuorum(vnf, faults);
  const { hits, absent } = hitsOf(vnf, faults, before.status);
  if (absent.length > 0) {
    const what = absent.map(faultText).join(', ');
    throw new Failure('usage', `${what}: nothing of it runs there`, { cure: "See 'vnfha status', or leave it out." });
  }
  const { cib, gone } = withoutLostGuests(tree, vnf, faults, before.status);
  const beginning = lasting ? withExhausted(cib, vnf, faults, nowS) : cib;
  const amended = ({ steps, after }: Answer): string =>
    serializeXml(withoutEnded(parseXml(after.cib, 'crm_simulate'), gone, steps));
  const failed = await carryOn(serializeXml(beginning), eventsOf(faults, hits, tree), quorate, amended);
  const first = gone.length > 0 ? await guestsReturn(vnf, failed, quorate) : failed;
  const later = laterEventsOf(hits, tree);
  const answer = later.length === 0 ? { ...first, steps: [] } : await carryOn(first.after.cib, later, quorate);
  const after = outcomeOf(vnf, answer.after.status, lasting ? faults : []);
  return { faults, steps: [...first.steps, ...answer.steps], quorate, after };
}

async function guestsReturn(vnf: Vnf, { steps, after }: Answer, quorate: boolean): Promise<Answer> {
  const back = withGuestsBack(parseXml(after.cib, 'crm_simulate'), vnf);
  const more = await carryOn(serializeXml(back), [], quorate);
  return { steps: [...steps, ...more.steps], after: more.after };
}

/** Every one of `cases`, several at a time, in their order; `done` is told how many are. */
export async function whatIfEach(
  cases: readonly (readonly Fault[])[],
  ask: (faults: readonly Fault[]) => Promise<WhatIf>,
  done: (count: number) => void,
): Promise<WhatIf[]> {
  const results: WhatIf[] = [];
  let finished = 0;
  const left = cases.entries();
  const next = async (): Promise<void> => {
    for (const [at, faults] of left) {
      results[at] = await ask(faults);
      done((finished += 1));
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, next));
  return results;
}
