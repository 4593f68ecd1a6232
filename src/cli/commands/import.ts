/** `vnfha import`: the description of what is in a cluster, as far as it goes. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { stringify } from 'yaml';
import { changesBetween, formatChange } from '../../cib/changes.ts';
import { generateCib } from '../../cib/generate.ts';
import { mergeCib } from '../../cib/merge.ts';
import { loadTemplates } from '../../cib/templates.ts';
import { readCorosyncConf } from '../../import/corosync-conf.ts';
import { readHaproxyCfg } from '../../import/haproxy-cfg.ts';
import { importCib } from '../../import/import.ts';
import { readDescription } from '../../model/load.ts';
import { paths, vnfPaths } from '../../model/names.ts';
import { formatProblem } from '../../model/problem.ts';
import { queryCib } from '../../pacemaker/live-cib.ts';
import { Failure, messageOf } from '../../process/failure.ts';
import { type Element, parseXml } from '../../process/xml.ts';
import { writeWhole } from '../write-whole.ts';

interface ImportOptions {
  readonly cib?: string;
  readonly corosync?: string;
  readonly haproxy?: string;
  readonly vnf?: string;
  readonly output?: string;
}

export function importCommand(): Command {
  return new Command('import')
    .summary('write the description of what is in a cluster')
    .description(
      'Writes the description that would make the VNF in the live CIB, or in a saved one, as far as it goes. On standard error: what ' +
        'was left out or guessed, what is still missing, and what applying the description would change. Of other resources ' +
        'than those with vnfha’s agents nothing is taken over; they stay in the cluster as they are.',
    )
    .option('--cib <file>', 'a saved CIB (cibadmin --query) instead of the live one')
    .option(
      '--corosync <file>',
      'where the nodes’ addresses are; default with the live CIB: /etc/corosync/corosync.conf',
    )
    .option('--haproxy <file>', `where the services’ ports are; default with the live CIB: ${paths.haproxyConfig}`)
    .option('--vnf <name>', 'which VNF; default: the only one')
    .option('-o, --output <file>', 'write to this file, at once or not at all; default: standard output')
    .addHelpText(
      'after',
      `
Examples:
  vnfha import -o vnf.yaml && vnfha check vnf.yaml
  vnfha import --cib saved.xml --corosync corosync.conf --haproxy haproxy.cfg`,
    )
    .action(async (options: ImportOptions) => {
      const live = options.cib === undefined;
      const text = options.cib === undefined ? await queryCib() : await read(options.cib);
      const cib = parseXml(text, options.cib ?? 'the live CIB');
      const corosync = await given(options.corosync, live ? '/etc/corosync/corosync.conf' : undefined);
      const haproxy = await given(options.haproxy, live ? haproxyConfigOf(options.vnf) : undefined);
      const { description, leftOut } = importCib({
        cib,
        corosync: corosync === undefined ? undefined : readCorosyncConf(corosync),
        backends: haproxy === undefined ? undefined : readHaproxyCfg(haproxy),
        vnf: options.vnf,
      });
      const yaml = stringify(JSON.parse(JSON.stringify(description)), { lineWidth: 0 });
      if (options.output === undefined) process.stdout.write(yaml);
      else await writeWhole(options.output, yaml);
      const lines = [...leftOut, ...(await verdict(yaml, options.output ?? 'the description', cib))];
      process.stderr.write(lines.map((line) => `${line}\n`).join(''));
    });
}

function haproxyConfigOf(vnf: string | undefined): string {
  const beside = vnf === undefined ? undefined : vnfPaths({ name: vnf, beside: true }).haproxyConfig;
  return beside !== undefined && existsSync(beside) ? beside : paths.haproxyConfig;
}

/** What is still missing in the description; if nothing is, what it would change. */
async function verdict(yaml: string, file: string, cib: Element): Promise<string[]> {
  const { vnf, problems } = readDescription(yaml, file);
  if (vnf === undefined) return problems.filter(({ severity }) => severity === 'error').map(formatProblem);
  const ours = generateCib(vnf, await loadTemplates());
  const changes = changesBetween(cib, mergeCib(cib, ours, vnf.name));
  if (changes.length === 0) return ['applying it would change nothing'];
  return ['applying it would change:', ...changes.map((change) => `  ${formatChange(change)}`)];
}

async function given(file: string | undefined, byDefault: string | undefined): Promise<string | undefined> {
  if (file !== undefined) return read(file);
  return byDefault === undefined ? undefined : readFile(byDefault, 'utf8').catch(() => undefined);
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Failure(code === 'EACCES' ? 'permission' : 'missing', `${file} cannot be read: ${messageOf(error)}`);
  }
}
