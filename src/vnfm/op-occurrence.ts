/**
 * A VNF LCM operation occurrence (SOL003 §5.5.2.13), as far as a heal needs it.
 */

const states = ['STARTING', 'PROCESSING', 'COMPLETED', 'FAILED_TEMP', 'FAILED', 'ROLLING_BACK', 'ROLLED_BACK'] as const;
export type OperationState = (typeof states)[number];

export interface Operation {
  readonly id: string;
  readonly state: OperationState;
  /** When it entered its state, as the VNFM spells it. */
  readonly entered: string | undefined;
  /** What the VNFM says about its failure. */
  readonly detail: string | undefined;
  /** The cause that the heal was asked for with; undefined: the reply didn't hold the parameters. */
  readonly cause: string | undefined;
  /** What became of the VNFCs; `computeId` is the new VM's. */
  readonly affectedVnfcs: readonly AffectedVnfc[];
  /** Where the VNFCs are once it is COMPLETED, by their ids; undefined: it wasn't asked, or can't be told. */
  readonly addresses?: ReadonlyMap<string, readonly string[]> | undefined;
}

interface AffectedVnfc {
  readonly id: string | undefined;
  readonly vduId: string | undefined;
  readonly changeType: string | undefined;
  readonly computeId: string | undefined;
}

/** Reads one operation occurrence; undefined: it isn't one. */
export function parseOperation(body: unknown): Operation | undefined {
  const occurrence = asObject(body);
  const id = asString(occurrence?.id);
  const state = states.find((each) => each === occurrence?.operationState);
  if (id === undefined || state === undefined || !isId(id)) return undefined;
  const error = asObject(occurrence?.error);
  const affected = asObject(occurrence?.resourceChanges)?.affectedVnfcs;
  return {
    id,
    state,
    entered: asString(occurrence?.stateEnteredTime),
    detail: asString(error?.detail) ?? asString(error?.title),
    cause: asString(asObject(occurrence?.operationParams)?.cause),
    affectedVnfcs: Array.isArray(affected) ? affected.map(parseAffected) : [],
  };
}

/** The id at the end of the Location of an accepted operation; undefined: it isn't one. */
export function operationIdOf(location: string | undefined): string | undefined {
  const id = /\/vnf_lcm_op_occs\/([^/?#]+)\/?$/.exec(location ?? '')?.[1];
  return id !== undefined && isId(id) ? id : undefined;
}

/** Ids go into URLs and the journal: nothing that could mean something else there. */
const isId = (text: string): boolean => /^[A-Za-z0-9._~-]{1,255}$/.test(text) && !/^\.+$/.test(text);

function parseAffected(value: unknown): AffectedVnfc {
  const vnfc = asObject(value);
  return {
    id: asString(vnfc?.id),
    vduId: asString(vnfc?.vduId),
    changeType: asString(vnfc?.changeType),
    computeId: asString(asObject(vnfc?.computeResource)?.resourceId),
  };
}

function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
}

function asString(value: unknown): string | undefined {
  return typeof value === 'string' ? value.slice(0, 1000) : undefined;
}
