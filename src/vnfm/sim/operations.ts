/**
 * The operation occurrences of the simulated VNFM: STARTING, PROCESSING, and an end; one at a time for each VNF instance.
 */
import { randomUUID } from 'node:crypto';
import { messageOf } from '../../process/failure.ts';
import { type Log, nowMicros } from '../../process/log.ts';
import type { OperationState } from '../op-occurrence.ts';
import type { Faults } from './faults.ts';

export interface Occurrence {
  readonly id: string;
  readonly instance: string;
  readonly startTime: string;
  readonly params: HealParams;
  state: OperationState;
  stateEnteredTime: string;
  error: string | undefined;
}

interface OperationsOptions {
  readonly healTime: number;
  readonly repair: Repair | undefined;
  /** A VNFC that is made anew gets another id, and its old one is known no more; default: it keeps its id. */
  readonly newIds?: boolean;
  readonly log: Log;
}

export interface HealParams {
  readonly cause?: string;
  readonly vnfcInstanceId?: readonly string[];
  readonly additionalParams?: unknown;
}

/** Repairs the VNFCs of a heal, and says which are at which address then; a throw makes the operation FAILED_TEMP. */
export type Repair = (heal: {
  readonly instance: string;
  readonly operation: string;
  readonly params: HealParams;
}) => Promise<ReadonlyMap<string, string>>;

/** A heal that was accepted, for tests and demo: microseconds since the epoch. */
export interface AcceptedHeal {
  readonly at: number;
  readonly operation: string;
  readonly instance: string;
  readonly params: HealParams;
}

const over: readonly OperationState[] = ['COMPLETED', 'FAILED', 'ROLLED_BACK'];

const vduOf = (vnfc: string): string => vnfc.replace(/-[^-]*$/, '');

export class Operations {
  readonly heals: AcceptedHeal[] = [];
  readonly #options: OperationsOptions;
  readonly #faults: Faults;
  readonly #all = new Map<string, Occurrence>();
  readonly #timers = new Set<NodeJS.Timeout>();
  /** Where the VNFCs are, of which a repair said so. */
  readonly #addresses = new Map<string, string>();

  constructor(options: OperationsOptions, faults: Faults) {
    this.#options = options;
    this.#faults = faults;
  }

  get all(): readonly Occurrence[] {
    return [...this.#all.values()];
  }

  get(id: string): Occurrence | undefined {
    return this.#all.get(id);
  }

  /** The one that is not over on `instance`, if any. */
  current(instance: string): Occurrence | undefined {
    return this.all.find((each) => each.instance === instance && !over.includes(each.state));
  }

  /** Whether a heal has put another VNFC in the place of `vnfc`. */
  isReplaced(vnfc: string): boolean {
    const healed = this.all.filter(({ state }) => state === 'COMPLETED');
    return this.#options.newIds === true && healed.some(({ params }) => params.vnfcInstanceId?.includes(vnfc));
  }

  /** What a heal that is over has made of its VNFCs (SOL003 §5.5.3.13). Each of them is a new VM. */
  affected({ id, params }: Occurrence): readonly object[] {
    return (params.vnfcInstanceId ?? []).flatMap((vnfc) => {
      const vduId = vduOf(vnfc);
      const computeResource = { resourceId: `vm-${id}` };
      if (this.#options.newIds !== true) return [{ id: vnfc, vduId, changeType: 'MODIFIED', computeResource }];
      return [
        { id: vnfc, vduId, changeType: 'REMOVED' },
        { id: this.#idAfter(vnfc, id), vduId, changeType: 'ADDED', computeResource },
      ];
    });
  }

  /** What it knows of its VNFCs' resources (SOL003 §5.5.3.5). */
  get resources(): readonly object[] {
    return [...this.#addresses].map(([id, address]) => {
      const type = address.includes(':') ? 'IPV6' : 'IPV4';
      const ipOverEthernet = { ipAddresses: [{ type, addresses: [address] }] };
      const cpProtocolInfo = [{ layerProtocol: 'IP_OVER_ETHERNET', ipOverEthernet }];
      return { id, vduId: vduOf(id), vnfcCpInfo: [{ id: `cp-${id}`, cpdId: 'service', cpProtocolInfo }] };
    });
  }

  /** By which id a VNFC is known that `operation` has made anew. */
  #idAfter(vnfc: string, operation: string): string {
    return this.#options.newIds === true ? `${vduOf(vnfc)}-${operation.slice(0, 8)}` : vnfc;
  }

  /** Accepts a heal. */
  heal(instance: string, params: HealParams): Occurrence {
    const now = new Date().toISOString();
    const base = { id: randomUUID(), instance, startTime: now, params, stateEnteredTime: now, error: undefined };
    const occurrence: Occurrence = { ...base, state: 'STARTING' };
    this.#all.set(occurrence.id, occurrence);
    this.heals.push({ at: nowMicros(), operation: occurrence.id, instance, params });
    this.#options.log.info('heal-accepted', { operation: occurrence.id, instance, ...params });
    this.#process(occurrence);
    return occurrence;
  }

  /** The operator's word on one in FAILED_TEMP; false: it isn't in FAILED_TEMP. */
  command(occurrence: Occurrence, word: 'retry' | 'fail' | 'rollback'): boolean {
    if (occurrence.state !== 'FAILED_TEMP') return false;
    if (word === 'retry') this.#process(occurrence);
    else if (word === 'fail') this.#enter(occurrence, 'FAILED');
    else {
      this.#enter(occurrence, 'ROLLING_BACK');
      this.#after(this.#options.healTime / 2, () => this.#enter(occurrence, 'ROLLED_BACK'));
    }
    return true;
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #process(occurrence: Occurrence): void {
    const { healTime } = this.#options;
    const fault = this.#faults.next('outcome');
    this.#after(healTime / 10, () => this.#enter(occurrence, 'PROCESSING'));
    this.#after(healTime, () => void this.#finish(occurrence, fault));
  }

  async #finish(occurrence: Occurrence, { state, detail }: { state?: OperationState; detail?: string }): Promise<void> {
    if (state !== undefined) return this.#enter(occurrence, state, detail ?? 'as it was told to');
    try {
      const { id, instance, params } = occurrence;
      const addresses = await this.#options.repair?.({ instance, operation: id, params });
      for (const [vnfc, address] of addresses ?? []) this.#addresses.set(this.#idAfter(vnfc, id), address);
      this.#enter(occurrence, 'COMPLETED');
    } catch (error) {
      this.#enter(occurrence, 'FAILED_TEMP', messageOf(error));
    }
  }

  #enter(occurrence: Occurrence, state: OperationState, error?: string): void {
    occurrence.state = state;
    occurrence.stateEnteredTime = new Date().toISOString();
    occurrence.error = error;
    this.#options.log.info('operation', { operation: occurrence.id, state, ...(error === undefined ? {} : { error }) });
  }

  #after(ms: number, then: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      then();
    }, ms);
    this.#timers.add(timer);
  }
}
