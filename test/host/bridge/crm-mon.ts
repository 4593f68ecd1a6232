/** A crm_mon that says what the test wrote down; the XML is that of Pacemaker 2.1.5, without what nobody reads. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const nodes = ['node1', 'node2', 'node3'];

export interface FakeCrmMon {
  /** The directory to put first in PATH. */
  readonly bin: string;
  /** These nodes' instances of the web front are stopped; all else is well. */
  says(...stopped: string[]): void;
  /** Pacemaker is not running. */
  fails(): void;
}

export function fakeCrmMon(folder: string): FakeCrmMon {
  const bin = join(folder, 'bin');
  const answer = join(folder, 'crm_mon.xml');
  mkdirSync(bin);
  const program = join(bin, 'crm_mon');
  writeWhole(
    program,
    `#!/bin/sh\ncat ${answer} 2>/dev/null && exit 0\necho 'crm_mon: Connection to cluster failed' >&2\nexit 102\n`,
  );
  return {
    bin,
    says: (...stopped) => writeWhole(answer, statusXml(stopped)),
    fails: () => writeWhole(program, '#!/bin/sh\nexit 102\n'),
  };
}

/** The bridge may read it in this moment. */
function writeWhole(file: string, text: string): void {
  writeFileSync(`${file}.new`, text, { mode: 0o755 });
  renameSync(`${file}.new`, file);
}

function statusXml(stopped: readonly string[]): string {
  const instance = (id: string, agent: string) => (node: string) => {
    const up = !stopped.includes(node);
    const where = up ? `<node name="${node}" id="1" cached="true"/>` : '';
    const flags = `active="${up}" orphaned="false" blocked="false" managed="true" failed="false" failure_ignored="false"`;
    return `<resource id="${id}" resource_agent="${agent}" role="${up ? 'Started' : 'Stopped'}" ${flags}>${where}</resource>`;
  };
  const clone = (id: string, agent: string): string =>
    `<clone id="${id}-clone">${nodes.map(instance(id, agent)).join('')}</clone>`;
  const online =
    'online="true" standby="false" standby_onfail="false" maintenance="false" pending="false" unclean="false"';
  return `<pacemaker-result api-version="2.25" request="crm_mon --output-as=xml">
  <summary>
    <current_dc present="true" name="node1" id="1" with_quorum="true"/>
    <cluster_options stonith-enabled="true" maintenance-mode="false"/>
  </summary>
  <nodes>${nodes.map((name, index) => `<node name="${name}" id="${index + 1}" ${online} type="member"/>`).join('')}</nodes>
  <resources>${clone('sipcore-web', 'ocf:vnfha:vnfc')}${clone('sipcore-web-member', 'ocf:vnfha:lb-member')}</resources>
  <status code="0" message="OK"/>
</pacemaker-result>
`;
}
