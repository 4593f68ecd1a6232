/**
 * The templates: found, compiled, rendered. A template of the operator's goes before the shipped one of the same name:
 * first those of --templates, then those of /etc/vnfha/templates.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import Handlebars from 'handlebars/dist/cjs/handlebars.js';
import { paths } from '../model/names.ts';
import { Failure, messageOf } from '../process/failure.ts';
import { isDirectory, shippedDirectory } from '../process/shipped.ts';

const templateNames = [
  'a1-active-standby.xml',
  'a2-vip-by-vnfc.xml',
  'a2-vip-by-election.xml',
  'b1-active-active.xml',
  'b3-vms.xml',
  'c-load-balancer.xml',
  'guests.xml',
  'fencing.xml',
  'cluster.xml',
  'haproxy.cfg',
  'corosync.conf',
] as const;
export type TemplateName = (typeof templateNames)[number];

export interface Templates {
  /** The file that `name` was read from. */
  fileOf(name: TemplateName): string;
  /**
   * The text of template `name` for `context`. In .xml values are escaped.
   * @throws Failure 'input' with file and line, for a name that the template uses and the context doesn't have.
   */
  render(name: TemplateName, context: object): string;
}

/**
 * Reads and compiles all templates.
 * @param directory of the operator's (--templates); it needs to have only those that are changed
 * @throws Failure 'missing' when the directory or a shipped template isn't there, 'permission', 'input' for a syntax error.
 */
export async function loadTemplates(directory?: string): Promise<Templates> {
  if (directory !== undefined) await mustBeDirectory(directory);
  const directories = [directory, paths.localTemplates, await shippedTemplates()].filter(
    (place) => place !== undefined,
  );
  const loaded = new Map<TemplateName, { file: string; text: string; render: (context: object) => string }>();
  for (const name of templateNames) {
    const { file, text } = await firstOf(directories, name);
    loaded.set(name, { file, text, render: compile(text, file, name.endsWith('.xml')) });
  }
  return {
    fileOf: (name) => loaded.get(name)!.file,
    render: (name, context) => loaded.get(name)!.render(context),
  };
}

async function shippedTemplates(): Promise<string> {
  const directory = await shippedDirectory('cib-templates', 'cib-templates');
  if (directory !== undefined) return directory;
  throw new Failure(
    'missing',
    'the templates that come with vnfha are not where they should be, in share/vnfha/cib-templates',
    {
      cure: 'Install vnfha again.',
    },
  );
}

async function mustBeDirectory(directory: string): Promise<void> {
  if (await isDirectory(directory)) return;
  throw new Failure('missing', `there is no directory of templates at ${directory}`, {
    cure: "Copy /usr/share/vnfha/cib-templates, or those of its files that you want to change, and name the copy's directory.",
  });
}

async function firstOf(directories: readonly string[], name: TemplateName): Promise<{ file: string; text: string }> {
  for (const directory of directories) {
    const file = path.join(directory, name);
    try {
      return { file, text: await readFile(file, 'utf8') };
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') continue;
      throw new Failure(code === 'EACCES' ? 'permission' : 'input', `${file} cannot be read: ${messageOf(error)}`);
    }
  }
  throw new Failure('missing', `the template ${name} is in none of ${directories.join(', ')}`);
}

function compile(text: string, file: string, escaped: boolean): (context: object) => string {
  const handlebars = strictHandlebars(text);
  let template: ReturnType<typeof handlebars.compile>;
  try {
    // Compiling waits for the first use; parsed now, for the syntax errors.
    template = handlebars.compile(handlebars.parse(text), { strict: true, noEscape: !escaped, preventIndent: true });
  } catch (error) {
    throw templateFailure(error, file);
  }
  return (context) => {
    try {
      return template(context);
    } catch (error) {
      throw templateFailure(error, file);
    }
  };
}

/** Handlebars' strict mode passes over unknown names after if, unless, each and with: here they are errors as well. */
function strictHandlebars(text: string): typeof Handlebars {
  const handlebars = Handlebars.create();
  for (const name of ['if', 'unless', 'each', 'with']) {
    const builtIn = handlebars.helpers[name]!;
    handlebars.registerHelper(name, function (this: unknown, value: unknown, options: Handlebars.HelperOptions) {
      if (value === undefined) throw new UnknownName(text, options);
      return builtIn.call(this, value, options) as unknown;
    });
  }
  return handlebars;
}

class UnknownName extends Error {
  readonly lineNumber: number;

  constructor(text: string, options: object) {
    const { line } = (options as { loc: { start: { line: number } } }).loc.start;
    const [, name = ''] = /\{\{~?[#^]\s*\w+\s+([^\s}]+)/.exec(text.split('\n')[line - 1] ?? '') ?? [];
    super(`the name '${name}' is not known here`);
    this.lineNumber = line;
  }
}

const cure = 'The names that a template may use, and how it is written, are in docs/templates.md.';

/** Handlebars says 'Parse error on line 3: …', '"x" not defined in … - 3:14' or 'Missing helper: "x"' with a position in the error. */
function templateFailure(error: unknown, file: string): Failure {
  const message = messageOf(error);
  const parse = /^(?:Parse error|Lexical error) on line (\d+)[.:]\s*([^]*)$/.exec(message);
  if (parse)
    return new Failure('input', `${file}:${parse[1]}: not a Handlebars template: ${parse[2]!.trim()}`, {
      cure,
      cause: error,
    });
  const undefinedName = /^"([^"]*)" not defined in .* - (\d+):(\d+)$/s.exec(message);
  if (undefinedName) {
    const [, name, line, column] = undefinedName;
    const where = `${file}:${line}:${Number(column) + 1}`;
    return new Failure('input', `${where}: the name '${name}' is not known here`, { cure, cause: error });
  }
  const line = (error as { lineNumber?: number }).lineNumber;
  return new Failure('input', `${file}${line === undefined ? '' : `:${line}`}: ${message}`, { cure, cause: error });
}
