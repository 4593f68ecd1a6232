/** An agent's log: lines on stderr in the form of ocf_log; Pacemaker puts them in its own log. Debug only with HA_debug. */
export interface OcfLog {
  readonly error: (message: string) => void;
  readonly warn: (message: string) => void;
  readonly info: (message: string) => void;
  readonly debug: (message: string) => void;
}

/** The log of `agent` for `instance`. `write` takes whole lines. */
export function ocfLog(
  agent: string,
  instance: string,
  env: NodeJS.ProcessEnv,
  write: (line: string) => void = (line) => void process.stderr.write(line),
): OcfLog {
  const debugging = Number(env.HA_debug ?? 0) > 0;
  const at = (level: string) => (message: string) =>
    write(`${agent}(${instance})[${process.pid}]: ${date()} ${level}: ${message.replaceAll('\n', ' ')}\n`);
  return {
    error: at('ERROR'),
    warn: at('WARNING'),
    info: at('INFO'),
    debug: debugging ? at('DEBUG') : () => undefined,
  };
}

/** As ocf_log writes it by default: 'Nov 23 00:18:07'. */
function date(): string {
  const [, month, day, , time] = /^\w+ (\w+) (\d+) (\d+) ([\d:]+)/.exec(new Date().toString())!;
  return `${month} ${day} ${time}`;
}
