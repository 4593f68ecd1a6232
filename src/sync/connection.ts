/** One connection to a store: made and checked when it is needed, and dropped after any trouble, since nobody knows what is under way on it. */
import { StaleEpoch } from './types.ts';

export interface Connector<Client> {
  /** Resolves when the store is one that keeps what it is given. @throws Error why it isn't */
  connect(): Promise<Client>;
  /** At once, whatever is under way. */
  drop(client: Client): void;
}

export interface Connection<Client> {
  /** @throws what `task` or connecting throws; the connection is gone then */
  use<T>(task: (client: Client) => Promise<T>): Promise<T>;
  drop(): void;
}

export function createConnection<Client>(connector: Connector<Client>): Connection<Client> {
  let client: Client | undefined;
  function drop(): void {
    if (client !== undefined) connector.drop(client);
    client = undefined;
  }
  return {
    async use(task) {
      try {
        client ??= await connector.connect();
        return await task(client);
      } catch (error) {
        if (error instanceof StaleEpoch) throw error;
        drop();
        throw error instanceof Error && error.message === '' ? new Error(codeOf(error), { cause: error }) : error;
      }
    },
    drop,
  };
}

/** An AggregateError of several addresses has no message. */
const codeOf = (error: Error): string => (error as NodeJS.ErrnoException).code ?? error.name;

/** ms that a store has for its answer to one request, and to a new connection. */
export const answerMs = 5000;
export const connectMs = 3000;

/** @throws Error when nothing comes within `ms` */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
