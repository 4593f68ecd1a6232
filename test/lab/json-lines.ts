/** The objects of a log or a journal that may be written meanwhile: what isn't ended by a newline yet is not there yet. */
export const jsonLines = <T>(text: string): T[] =>
  text
    .split('\n')
    .slice(0, -1)
    .flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as T] : []));
