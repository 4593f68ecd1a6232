import { execFileSync, spawnSync } from 'node:child_process';
import test from 'ava';
import { agentDir } from './agent-calls.ts';

const dtd = '/usr/share/resource-agents/ra-api-1.dtd';
const pcsSchema = '/usr/share/pcs/data/ocf-1.1.rng';

for (const agent of ['vnfc', 'vnfc-vm', 'lb-member', 'haproxy', 'vip']) {
  test(`the metadata of ${agent} is valid by the DTD of the resource agents and the schema of pcs`, (t) => {
    const xml = execFileSync(`${agentDir}/${agent}`, ['meta-data'], { encoding: 'utf8' });
    const ofOcf10 = agent !== 'vnfc'; // that one has what OCF 1.1 has more, as Pacemaker's own Dummy, and the DTD is of 1.0
    t.is(xml.includes('<!DOCTYPE'), ofOcf10);
    for (const schema of [...(ofOcf10 ? [['--dtdvalid', dtd]] : []), ['--relaxng', pcsSchema]]) {
      const { status, stderr } = spawnSync('xmllint', ['--noout', ...schema, '-'], { input: xml, encoding: 'utf8' });
      t.is(status, 0, stderr);
    }
    t.regex(xml, new RegExp(`<resource-agent name="${agent}"`));
  });
}
