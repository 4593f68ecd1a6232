/** The heartbeats of one instance. */
import { converse } from './conversation.ts';
import type { HeartbeatSpec } from './heartbeat-spec.ts';
import type { Metronome } from '../process/metronome.ts';
import type { Sockets } from '../process/sockets.ts';

export interface Beat {
  readonly answered: boolean;
  /** This process was late, or asked again: that nothing was heard means nothing. */
  readonly late: boolean;
  readonly what: string;
}

/** Asks at every beat, and tells at the next whether that was answered; returns what ends it. */
export function startBeats(
  spec: HeartbeatSpec,
  metronome: Metronome,
  sockets: Sockets,
  told: (beat: Beat) => void,
): () => void {
  const conversation = converse(spec, sockets);
  let asked = false;
  const stop = metronome.every(spec.intervalMs, (late) => {
    if (asked) {
      const { answered, askedAgain, what } = conversation.read();
      told({ answered, late: late || askedAgain, what });
    }
    asked = true;
    conversation.ask();
  });
  return () => {
    stop();
    conversation.close();
  };
}
