import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { changesBetween, formatChange } from '../../cib/changes.ts';
import { generateCib } from '../../cib/generate.ts';
import { mergeCib } from '../../cib/merge.ts';
import { loadTemplates } from '../../cib/templates.ts';
import { loadVnf } from '../../model/load.ts';
import { queryCib } from '../../pacemaker/live-cib.ts';
import { exitCodes, Failure, messageOf } from '../../process/failure.ts';
import { parseXml } from '../../process/xml.ts';
import { withProgress } from '../progress.ts';

export function diffCommand(): Command {
  return new Command('diff')
    .summary('show what apply would change in the CIB')
    .description(
      'Compares what a VNF description means with the live CIB, or with a saved one, and shows what is different in what the VNF owns. ' +
        `Exit code 0: nothing; ${exitCodes.differences}: something.`,
    )
    .argument('<file>', 'the VNF description')
    .option('--cib <file>', 'a saved CIB (cibadmin --query) instead of the live one')
    .option('--templates <dir>', 'templates here go before the shipped ones of the same name')
    .option('--json', 'print the differences as JSON')
    .addHelpText(
      'after',
      `
Examples:
  vnfha diff vnf.yaml
  vnfha diff vnf.yaml --cib saved.xml --json

Of a line, + is added, - is removed, ~ is changed.`,
    )
    .action(async (file: string, options: { cib?: string; templates?: string; json?: boolean }) => {
      const [vnf, templates] = await Promise.all([loadVnf(file), loadTemplates(options.templates)]);
      const ours = generateCib(vnf, templates);
      const text =
        options.cib === undefined ? await withProgress('Reading the CIB', queryCib()) : await savedCib(options.cib);
      const live = parseXml(text, options.cib ?? 'the live CIB');
      const changes = changesBetween(live, mergeCib(live, ours, vnf.name));
      if (options.json) process.stdout.write(JSON.stringify({ changes }) + '\n');
      else process.stdout.write(changes.map((change) => `${formatChange(change)}\n`).join('') || 'No differences.\n');
      if (changes.length > 0) process.exitCode = exitCodes.differences;
    });
}

async function savedCib(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Failure(code === 'EACCES' ? 'permission' : 'missing', `${file} cannot be read: ${messageOf(error)}`);
  }
}
