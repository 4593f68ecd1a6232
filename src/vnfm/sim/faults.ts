/**
 * Faults on demand: queued at a point, each good for a number of times.
 *
 *   {"heal": {"status": 503, "times": 3}}        answer so instead of doing anything
 *   {"heal": {"lose": true}}                     do it, and drop the connection instead of answering
 *   {"occs": {"drop": true}}                     drop the connection at once
 *   {"heal": {"delay": 2000}}                    do it, and answer so many ms later
 *   {"token": {"garbage": true}}                 do it, and answer something that is no JSON
 *   {"token": {"expiresIn": 1, "times": 2}}      tokens that live so many seconds
 *   {"outcome": {"state": "FAILED_TEMP", "detail": "no host has room"}}   how a heal ends
 */

const faultPoints = ['token', 'heal', 'occs', 'instances', 'alarms', 'outcome'] as const;
export type FaultPoint = (typeof faultPoints)[number];

export interface Fault {
  readonly status?: number;
  readonly retryAfter?: number;
  readonly delay?: number;
  readonly lose?: boolean;
  readonly drop?: boolean;
  readonly garbage?: boolean;
  readonly expiresIn?: number;
  readonly state?: 'FAILED_TEMP' | 'FAILED' | 'ROLLED_BACK';
  readonly detail?: string;
}

export type FaultRequest = Partial<Record<FaultPoint, Fault & { readonly times?: number }>>;

const fields: Readonly<Record<keyof Fault | 'times', 'number' | 'boolean' | 'string'>> = {
  status: 'number',
  retryAfter: 'number',
  delay: 'number',
  lose: 'boolean',
  drop: 'boolean',
  garbage: 'boolean',
  expiresIn: 'number',
  state: 'string',
  detail: 'string',
  times: 'number',
};

export class Faults {
  readonly #queues = new Map<FaultPoint, { readonly fault: Fault; left: number }[]>();

  /** Queues faults; each for `times` (default 1). */
  add(request: FaultRequest): void {
    for (const point of faultPoints) {
      const asked = request[point];
      if (asked === undefined) continue;
      const { times = 1, ...fault } = asked;
      this.#queues.set(point, [...(this.#queues.get(point) ?? []), { fault, left: times }]);
    }
  }

  clear(): void {
    this.#queues.clear();
  }

  /** The fault that strikes now at `point`, if any. */
  next(point: FaultPoint): Fault {
    const queue = this.#queues.get(point);
    const first = queue?.[0];
    if (queue === undefined || first === undefined) return {};
    first.left -= 1;
    if (first.left <= 0) queue.shift();
    return first.fault;
  }

  /** What is queued. */
  get queued(): Readonly<Record<string, readonly (Fault & { readonly times: number })[]>> {
    return Object.fromEntries(
      [...this.#queues].map(([point, queue]) => [point, queue.map(({ fault, left }) => ({ ...fault, times: left }))]),
    );
  }
}

/** Reads the body of POST /sim/faults; a string says what is wrong with it. */
export function parseFaults(body: unknown): FaultRequest | string {
  if (typeof body !== 'object' || body === null) return 'an object is wanted';
  for (const [point, fault] of Object.entries(body)) {
    if (!faultPoints.some((each) => each === point))
      return `no such point: ${point}; there are ${faultPoints.join(', ')}`;
    if (typeof fault !== 'object' || fault === null) return `${point}: an object is wanted`;
    for (const [field, value] of Object.entries(fault as object)) {
      const type = (fields as Readonly<Record<string, string>>)[field];
      if (type === undefined) return `${point}: no such field: ${field}; there are ${Object.keys(fields).join(', ')}`;
      if (typeof value !== type) return `${point}.${field}: a ${type} is wanted`;
    }
  }
  return body;
}
