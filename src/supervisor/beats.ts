/** The heartbeats of one instance. */
import { converse } from './conversation.ts';
import type { HeartbeatSpec } from './heartbeat-spec.ts';
import type { Metronome } from '../process/metronome.ts';

export interface Beat {
  readonly answered: boolean;
  /** This process was late: that nothing was heard means nothing. */
  readonly late: boolean;
  readonly what: string;
}

/** Asks at every beat, and tells at the next whether that was answered; returns what ends it. */
export function startBeats(spec: HeartbeatSpec, metronome: Metronome, told: (beat: Beat) => void): () => void {
  const conversation = converse(spec);
  let asked = false;
  const stop = metronome.every(spec.intervalMs, (late) => {
    if (asked) told({ ...conversation.read(), late });
    asked = true;
    conversation.ask();
  });
  return () => {
    stop();
    conversation.close();
  };
}
