import { availableParallelism } from 'node:os';
import { Command, Option } from 'commander';
import { crmConfiguration } from '../../cib/crm.ts';
import { generateCib, wholeCib } from '../../cib/generate.ts';
import { independentParts } from '../../cib/independent.ts';
import { pcsScript } from '../../cib/pcs.ts';
import { renderCorosyncConfig, renderHaproxyConfig } from '../../cib/render.ts';
import { loadTemplates, type Templates } from '../../cib/templates.ts';
import { loadVnf } from '../../model/load.ts';
import type { Vnf } from '../../model/vnf.ts';
import { verifyCib } from '../../pacemaker/verify.ts';
import { type Element, serializeXml } from '../../process/xml.ts';
import { writeWhole } from '../write-whole.ts';

const formats = ['cib', 'pcs', 'crm', 'haproxy', 'corosync'] as const;
type Format = (typeof formats)[number];

export function generateCommand(): Command {
  return new Command('generate')
    .summary('write the CIB, haproxy.cfg or corosync.conf of a description, or its commands for pcs or crm')
    .description(
      'Writes what a VNF description means for Pacemaker (a whole CIB; or a script of pcs commands, or a file for crm, that make the same CIB), ' +
        'for HAProxy or for Corosync. The same description and templates give the same bytes. A CIB is held against crm_verify first. ' +
        'See docs/pcs.md.',
    )
    .argument('<file>', 'the VNF description')
    .addOption(new Option('--format <format>', 'what to write').choices(formats).default('cib'))
    .option('--templates <dir>', 'templates here go before the shipped ones of the same name')
    .option('-o, --output <file>', 'write to this file, at once or not at all; default: standard output')
    .addHelpText(
      'after',
      `
Examples:
  vnfha generate vnf.yaml
  vnfha generate vnf.yaml --format pcs -o vnf.sh && sh vnf.sh saved-cib.xml
  vnfha generate vnf.yaml --format crm -o vnf.crm && crm configure load update vnf.crm
  vnfha generate vnf.yaml --format haproxy -o /tmp/haproxy.cfg && haproxy -c -f /tmp/haproxy.cfg
  vnfha generate vnf.yaml --format corosync -o /etc/corosync/corosync.conf
  vnfha generate vnf.yaml --templates ./our-templates`,
    )
    .action(async (file: string, options: { format: Format; templates?: string; output?: string }) => {
      const [vnf, templates] = await Promise.all([loadVnf(file), loadTemplates(options.templates)]);
      const text = await textOf(options.format, vnf, templates);
      if (options.output === undefined) process.stdout.write(text);
      else await writeWhole(options.output, text);
    });
}

async function textOf(format: Format, vnf: Vnf, templates: Templates): Promise<string> {
  if (format === 'haproxy') return renderHaproxyConfig(vnf, new Set(), templates);
  if (format === 'corosync') return renderCorosyncConfig(vnf, templates);
  const configuration = generateCib(vnf, templates);
  const xml = serializeXml(wholeCib(configuration));
  const what = `what the templates make of VNF '${vnf.name}'`;
  // What they say of a part may be the fault of its being one, so the whole has the last word.
  if (!(await areTaken(independentParts(configuration, resourcesAtOnce), what))) await verifyCib(xml, what);
  if (format === 'pcs') return pcsScript(configuration, vnf.name);
  if (format === 'crm') return crmConfiguration(configuration);
  return xml;
}

/** crm_verify takes 0.15 s for so many, and 100 times as long for 10 times as many. */
const resourcesAtOnce = 400;

/** Whether Pacemaker takes each of several parts of what is already known to have no id twice; of one, nothing is asked. */
async function areTaken(parts: readonly Element[], what: string): Promise<boolean> {
  if (parts.length < 2) return false;
  const left = parts.values();
  const verifyNext = async (): Promise<void> => {
    for (const part of left) await verifyCib(serializeXml(wholeCib(part)), what);
  };
  return Promise.all(Array.from({ length: availableParallelism() }, verifyNext)).then(
    () => true,
    () => false,
  );
}
