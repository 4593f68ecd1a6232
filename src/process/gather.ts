/**
 * Things that come one by one, given on together: all that came in the same turn of the event loop, as a burst of messages does.
 */
export interface Gathering<T> {
  add(item: T): void;
  /** Gives on at once what has come. */
  flush(): void;
}

export function gather<T>(give: (items: readonly T[]) => void): Gathering<T> {
  let items: T[] = [];
  let due: NodeJS.Immediate | undefined;

  function flush(): void {
    clearImmediate(due);
    due = undefined;
    const given = items;
    items = [];
    if (given.length > 0) give(given);
  }

  return {
    add(item) {
      items.push(item);
      // after everything that can be read now was read, and before anything is waited for
      due ??= setImmediate(flush);
    },
    flush,
  };
}
