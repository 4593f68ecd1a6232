/** The backends in an haproxy.cfg: the CIB knows their names only. Pure. */
export interface Backend {
  readonly mode: string | undefined;
  readonly balance: string | undefined;
  /** The port of the frontend that has it as its default. */
  readonly frontend: number | undefined;
  readonly checkPath: string | undefined;
  readonly inter: string | undefined;
  readonly fall: number | undefined;
  readonly rise: number | undefined;
  readonly slowStart: string | undefined;
  readonly servers: readonly { readonly name: string; readonly address: string; readonly port: number }[];
}

/** Reads frontend and backend sections, of these the lines that a description has a word for. */
export function readHaproxyCfg(text: string): Map<string, Backend> {
  const sections = sectionsOf(text);
  const frontends = sections.filter(({ kind }) => kind === 'frontend');
  const backends = sections.filter(({ kind }) => kind === 'backend');
  return new Map(
    backends.map(({ name, lines }) => {
      const front = frontends.find((one) => first(one.lines, 'default_backend')?.[0] === name);
      return [name, backendOf(lines, front?.lines ?? [])];
    }),
  );
}

type Lines = readonly (readonly string[])[];

function sectionsOf(text: string): { kind: string; name: string; lines: string[][] }[] {
  const sections: { kind: string; name: string; lines: string[][] }[] = [];
  for (const raw of text.split('\n')) {
    const words = raw.replace(/#.*/, '').trim().split(/\s+/).filter(Boolean);
    if (words.length === 0) continue;
    if (/^\s/.test(raw)) sections.at(-1)?.lines.push(words);
    else sections.push({ kind: words[0]!, name: words[1] ?? '', lines: [] });
  }
  return sections;
}

function backendOf(lines: Lines, front: Lines): Backend {
  const defaults = first(lines, 'default-server') ?? [];
  const after = (word: string): string | undefined => defaults[defaults.indexOf(word) + 1 || defaults.length];
  const [, path] = lines.find((words) => words[0] === 'option' && words[1] === 'httpchk')?.slice(2) ?? [];
  const servers = lines.filter(([word]) => word === 'server');
  return {
    mode: first(lines, 'mode')?.[0],
    balance: first(lines, 'balance')?.[0],
    frontend: portOf(first(front, 'bind')?.[0]),
    checkPath: path,
    inter: after('inter'),
    fall: numberOf(after('fall')),
    rise: numberOf(after('rise')),
    slowStart: after('slowstart'),
    servers: servers.flatMap(([, name = '', at = '']) => {
      const port = portOf(at);
      return port === undefined ? [] : [{ name, address: at.replace(/:\d+$/, '').replace(/^\[|\]$/g, ''), port }];
    }),
  };
}

/** What follows the first line that begins with `word`. */
const first = (lines: Lines, word: string): readonly string[] | undefined =>
  lines.find((words) => words[0] === word)?.slice(1);

const portOf = (text: string | undefined): number | undefined => numberOf(/:(\d+)$/.exec(text ?? '')?.[1]);
const numberOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
