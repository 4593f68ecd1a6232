/** `vnfha doctor`: what goes wrong in practice, on this node and in its cluster, each with its cure. */
import { Command } from 'commander';
import { clusterFindings } from '../../doctor/cluster-checks.ts';
import type { Finding } from '../../doctor/finding.ts';
import { gatherFacts } from '../../doctor/gather.ts';
import { nodeFindings } from '../../doctor/node-checks.ts';
import { exitCodes } from '../../process/failure.ts';
import { withProgress } from '../progress.ts';
import { descriptionOf, fileArgument, vnfOption } from '../vnf-option.ts';

export function doctorCommand(): Command {
  return new Command('doctor')
    .summary('what is wrong with this node and its cluster, and its cure')
    .description(
      'Looks at this node and its cluster for what goes wrong in practice: fencing, versions, permissions, daemons, agents, promotion ' +
        'scores, the token, the clock, HAProxy. It changes nothing. Of files and programs it sees this node’s: run it on each. See ' +
        'docs/doctor.md.',
    )
    .addArgument(fileArgument())
    .addOption(vnfOption())
    .option('--json', 'print one JSON object instead of text')
    .addHelpText(
      'after',
      `
Exit code: 0 if nothing is wrong, or only warnings; ${exitCodes.unwell} if there is an error.

Examples:
  vnfha doctor
  vnfha doctor --json | jq '.findings[].check'`,
    )
    .action(async (file: string | undefined, { vnf, json }: { vnf?: string; json?: boolean }) => {
      const facts = await withProgress('Looking at this node and its cluster', gatherFacts(descriptionOf(file, vnf)));
      const findings = [...nodeFindings(facts), ...clusterFindings(facts)];
      const ok = findings.every(({ severity }) => severity === 'warning');
      if (json) process.stdout.write(JSON.stringify({ ok, node: facts.node, findings }, null, 2) + '\n');
      else process.stdout.write(textOf(facts.node, findings));
      if (!ok) process.exitCode = exitCodes.unwell;
    });
}

function textOf(node: string, findings: readonly Finding[]): string {
  if (findings.length === 0) return `${node}: nothing is wrong\n`;
  return findings.map(({ severity, check, what, cure }) => `${severity}: ${check}: ${what}\n    ${cure}\n`).join('');
}
