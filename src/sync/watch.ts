/** A state and then its changes, a JSON object a line, for as long as somebody reads. */
import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { operationJson, pairJson } from './json.ts';
import type { Store } from './store.ts';
import { type Entry, type Snapshot, type Version, versionText } from './types.ts';

/** A watcher that has so many bytes of changes still to read is cut off. */
const behindLimit = 16 * 2 ** 20;

const line = (value: object): string => JSON.stringify(value) + '\n';
const begins = (key: Buffer, prefix: Buffer): boolean => key.subarray(0, prefix.length).equals(prefix);

/** One version wholly: `{"version"}`, the pairs, `{"end": true}`. */
export async function writeSnapshot(response: ServerResponse, snapshot: Snapshot, prefix: Buffer): Promise<void> {
  await pipeline(snapshotLines(snapshot, prefix), response);
}

/** The state, then each change under `prefix`; ends when the reader goes, is too slow, or the whole state is replaced. */
export async function watch(response: ServerResponse, store: Store, prefix: Buffer): Promise<void> {
  const changes = new Changes(prefix);
  const stop = store.watch((change) => changes.add(change));
  response.once('close', () => changes.end());
  try {
    await pipeline(watchLines(store.snapshot(), changes, prefix), response);
  } finally {
    stop();
  }
}

function* snapshotLines({ version, pairs }: Snapshot, prefix: Buffer): Generator<string> {
  yield line({ version });
  for (const pair of pairs) if (begins(pair.key, prefix)) yield line(pairJson(pair));
  yield line({ end: true });
}

async function* watchLines(snapshot: Snapshot, changes: Changes, prefix: Buffer): AsyncGenerator<string> {
  for (const text of snapshotLines(snapshot, prefix)) {
    if (changes.isOver) break;
    yield text;
  }
  for (;;) {
    const text = await changes.next();
    if (text === undefined) return;
    yield text;
  }
}

/** Changes that a reader has not taken yet. */
class Changes {
  readonly #prefix: Buffer;
  #lines: string[] = [];
  #bytes = 0;
  #over = false;
  #wake: (() => void) | undefined;

  constructor(prefix: Buffer) {
    this.#prefix = prefix;
  }

  /** Nothing is added any more. */
  get isOver(): boolean {
    return this.#over;
  }

  add(change: Entry | 'replaced'): void {
    if (this.#over) return;
    if (change === 'replaced') return this.end({ replaced: true });
    const text = changeLine(change, this.#prefix);
    if (text === undefined) return;
    this.#bytes += text.length;
    if (this.#bytes > behindLimit) return this.end({ cut: `more than ${behindLimit} bytes of changes were not read` });
    this.#lines.push(text);
    this.#wake?.();
  }

  /** What wasn't taken is dropped for the last word. */
  end(last?: object): void {
    if (this.#over) return;
    this.#over = true;
    this.#lines = last === undefined ? [] : [line(last)];
    this.#wake?.();
  }

  /** Waits for the next; undefined: there is none any more. */
  async next(): Promise<string | undefined> {
    if (this.#lines.length === 0 && !this.#over) await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#wake = undefined;
    const text = this.#lines.shift();
    this.#bytes -= text?.length ?? 0;
    return text;
  }
}

function changeLine({ version, operations }: Entry, prefix: Buffer): string | undefined {
  const some = operations.filter(({ key }) => begins(key, prefix));
  return some.length === 0 ? undefined : line({ version, operations: some.map(operationJson) });
}

/** The value of one key, as it is, with its version beside it. */
export function writeValue(response: ServerResponse, value: Buffer, version: Version): void {
  response.writeHead(200, {
    'content-type': 'application/octet-stream',
    'content-length': value.length,
    'vnfha-version': versionText(version),
  });
  response.end(value);
}
