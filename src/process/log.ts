/**
 * The daemons' log: one JSON object a line on stderr (journald or a file keeps it), microsecond wall clock first, so that
 * lines of several nodes of one machine can be put in order. Nothing secret is ever passed in.
 */

export type LogFields = Readonly<Record<string, unknown>>;

export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

/** Microseconds since the epoch. */
export function nowMicros(): number {
  return Math.round((performance.timeOrigin + performance.now()) * 1000);
}

/** A log of `component` that writes with `write` (default: stderr). */
export function createLog(component: string, write: (line: string) => void = writeStderr): Log {
  const at = (level: string) => (event: string, fields?: LogFields) =>
    write(JSON.stringify({ at: nowMicros(), level, component, event, ...fields }) + '\n');
  return { info: at('info'), warn: at('warn'), error: at('error') };
}

function writeStderr(line: string): void {
  process.stderr.write(line);
}
