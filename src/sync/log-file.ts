/** What is in a log, and where it ends: damage is told from a write that a power cut tore. Pure. */
import { decodeFrame } from './frame.ts';
import { compareVersions, type Entry, type Version } from './types.ts';
import { decodeSent } from './wire.ts';

export interface LogContent {
  readonly entries: readonly Entry[];
  /** Where the last good record ends. */
  readonly end: number;
}

/**
 * The records that follow on the state of version `from`. One that is torn or damaged ends them, unless a later record says that
 * more than those was on the disk when it was written.
 * @throws Error when what was durable is damaged
 */
export function readLog(data: Buffer, from: Version): LogContent {
  const entries: Entry[] = [];
  let [at, version] = [0, from];
  for (;;) {
    const record = recordAt(data, at);
    if (record === undefined) break;
    // not ours: the snapshot that it would follow is another one
    if (compareVersions(record.entry.after, version) !== 0)
      throw new Error(`the record at ${at} does not follow the one before it`);
    entries.push(record.entry);
    [at, version] = [record.end, record.entry.version];
  }
  const durable = durableAfter(data, at);
  if (durable > version.sequence)
    throw new Error(`the record at ${at} is damaged: writes up to ${durable} were on the disk once`);
  return { entries, end: at };
}

function recordAt(data: Buffer, at: number): { entry: Entry; durable: number; end: number } | undefined {
  const read = decodeFrame(data, at);
  if (typeof read === 'string') return undefined;
  try {
    const sent = decodeSent(read.frame);
    return sent.type === 'entry' ? { entry: sent.entry, durable: sent.durable ?? 0, end: read.end } : undefined;
  } catch {
    return undefined;
  }
}

/** The highest sequence that a record behind `at` knows to have been durable. */
function durableAfter(data: Buffer, at: number): number {
  let durable = 0;
  for (let next = data.indexOf('VNF1', at + 1, 'latin1'); next >= 0; next = data.indexOf('VNF1', next + 1, 'latin1')) {
    const record = recordAt(data, next);
    if (record === undefined) continue;
    durable = Math.max(durable, record.durable);
    next = record.end - 1;
  }
  return durable;
}
