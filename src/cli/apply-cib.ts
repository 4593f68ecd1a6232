/**
 * Bringing a live CIB to what a description says. Everything is worked out from one reading of the CIB, and pushed as a patch
 * that fits that reading only: whoever changes the CIB meanwhile makes the patch unfit, and all is worked out again.
 */
import { type Change, changesBetween } from '../cib/changes.ts';
import { type Action, type Effect, effectsOf } from '../cib/effects.ts';
import { mergeCib } from '../cib/merge.ts';
import { mustKnowOurs, nextEpoch } from '../cib/version.ts';
import { Failure } from '../process/failure.ts';
import { type Element, parseXml, serializeXml } from '../process/xml.ts';

/** The cluster, as far as applying goes. */
export interface Cluster {
  query(): Promise<string>;
  verify(cib: string, what: string): Promise<void>;
  simulate(cib: string): Promise<readonly Action[]>;
  diff(before: string, after: string): Promise<string>;
  /** false: the CIB has changed since it was read */
  patch(patch: string): Promise<boolean>;
}

export interface Proposal {
  readonly changes: readonly Change[];
  readonly effects: readonly Effect[];
}

export interface ApplyOptions {
  readonly dryRun: boolean;
  /** Asked before something healthy is disrupted, and again when a later reading would disrupt something else; throws to refuse. */
  readonly consent: (proposal: Proposal) => Promise<void>;
  /** Told what there is to do, at every reading that has other news than the last. */
  readonly show: (proposal: Proposal) => void;
  /** Told once, when others have changed the CIB for two seconds each time before the changes were pushed. */
  readonly busy?: () => void;
  /** ms for which it is tried again at least, while others change the CIB; default 30 s. */
  readonly patienceMs?: number;
}

export interface Outcome extends Proposal {
  readonly applied: boolean;
}

/** So often at least it is tried, however long that takes. */
const leastAttempts = 20;
/** ms until it is said that it takes a while. */
const busyMs = 2000;

/**
 * Brings the cluster's CIB to what `oursIn` wants of the VNF in it: generateCib's, or remainsOf's.
 * @throws Failure 'input' (conflicts, a CIB that Pacemaker wouldn't take), 'refused' by options.consent, 'conflict' when the CIB
 *   changes again and again, and what the cluster's functions throw.
 */
export async function applyCib(
  oursIn: (live: Element) => Element,
  vnf: string,
  cluster: Cluster,
  options: ApplyOptions,
): Promise<Outcome> {
  const agreed = new Set<string>();
  let shown = '';
  const { patienceMs = 30_000 } = options;
  let attempt = 0;
  let refusedSince: number | undefined;
  let told = false;
  const refusedFor = (): number => (refusedSince === undefined ? 0 : performance.now() - refusedSince);
  while (attempt < leastAttempts || refusedFor() < patienceMs) {
    attempt += 1;
    const before = await cluster.query();
    const live = parseXml(before, 'the live CIB');
    const merged = mergeCib(live, oursIn(live), vnf);
    const changes = changesBetween(live, merged);
    if (changes.length === 0) return { changes, effects: [], applied: false };
    mustKnowOurs(live);
    const after = serializeXml(nextEpoch(merged));
    await cluster.verify(after, 'the CIB, with the changes,');
    const [planned, anyway] = await Promise.all([cluster.simulate(after), cluster.simulate(before)]);
    const proposal = { changes, effects: effectsOf(planned, anyway) };
    const news = JSON.stringify(proposal);
    if (news !== shown) options.show(proposal);
    shown = news;
    if (options.dryRun) return { ...proposal, applied: false };
    const disruptions = proposal.effects.filter(({ disruptive }) => disruptive).map(({ text }) => text);
    if (disruptions.some((text) => !agreed.has(text))) {
      await options.consent(proposal);
      disruptions.forEach((text) => agreed.add(text));
    }
    if (await cluster.patch(await cluster.diff(before, after))) return { ...proposal, applied: true };
    refusedSince ??= performance.now();
    if (!told && refusedFor() > busyMs) {
      told = true;
      options.busy?.();
    }
  }
  throw new Failure(
    'conflict',
    `the CIB was changed by somebody else at each of ${attempt} attempts; nothing was changed`,
    {
      cure: "Wait until the cluster is quiet ('crm_mon'), then try again.",
      retryable: true,
    },
  );
}
