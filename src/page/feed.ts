/**
 * The page's state while somebody looks at it, and only then: built anew when something may have changed, at most twice a second. Nothing of it is
 * done in the turn of the event loop in which the bridge decides.
 */
import type { PageState } from './state.ts';

export interface FeedOptions {
  readonly build: () => Promise<PageState>;
  /** From one state to the next. */
  readonly gapMs: number;
  /** While nothing is said to have changed. */
  readonly everyMs: number;
  /** Everybody who looks has it. */
  readonly seen: (state: PageState) => void;
}

export interface Feed {
  /** Somebody begins to look, or nobody does any more. */
  watch(looking: boolean): void;
  /** Something may have changed: costs nothing while nobody looks. */
  nudge(): void;
  /** The state, not older than `gapMs`. */
  now(): Promise<PageState>;
  stop(): void;
}

export function createFeed({ build, gapMs, everyMs, seen }: FeedOptions): Feed {
  let looking = false;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let dueAt = Infinity;
  let last: { readonly at: number; readonly state: PageState } | undefined;
  let running: Promise<PageState> | undefined;
  /** What is being built may be old already. */
  let again = false;

  function make(): Promise<PageState> {
    running ??= build()
      .then((state) => {
        last = { at: performance.now(), state };
        if (looking && !stopped) seen(state);
        return state;
      })
      .finally(() => {
        running = undefined;
        schedule(again ? gapMs : everyMs);
        again = false;
      });
    return running;
  }

  function schedule(delayMs: number): void {
    if (!looking || stopped || performance.now() + delayMs >= dueAt) return;
    clearTimeout(timer);
    dueAt = performance.now() + delayMs;
    timer = setTimeout(() => {
      dueAt = Infinity;
      if (running !== undefined) again = true;
      else make().catch(() => undefined); // the next one may be better
    }, delayMs);
  }

  const age = (): number => (last === undefined ? Infinity : performance.now() - last.at);

  return {
    watch(wanted) {
      looking = wanted;
      if (wanted) return schedule(Math.max(0, gapMs - age()));
      clearTimeout(timer);
      dueAt = Infinity;
    },
    nudge: () => schedule(Math.max(10, gapMs - age())),
    now: () => (last !== undefined && age() < gapMs ? Promise.resolve(last.state) : make()),
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
