/** A real crm_mon, of a saved CIB. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import test from 'ava';
import { readStatus } from '../../../src/pacemaker/crm-mon.ts';

const cib = (failCount: number): string =>
  `<cib validate-with="pacemaker-3.9" epoch="1" num_updates="0" admin_epoch="0" crm_feature_set="3.16.1">
  <configuration>
    <crm_config/>
    <nodes><node id="1" uname="node1"/></nodes>
    <resources><primitive id="db" class="ocf" provider="heartbeat" type="Dummy"/></resources>
    <constraints/>
  </configuration>
  <status>
    <node_state id="1" uname="node1" in_ccm="true" crmd="online" join="member" expected="member">
      <transient_attributes id="1">
        <instance_attributes id="status-1">
          <nvpair id="count" name="fail-count-db#monitor_10000" value="${failCount}"/>
          <nvpair id="last" name="last-failure-db#monitor_10000" value="1790000000"/>
        </instance_attributes>
      </transient_attributes>
      <lrm id="1">
        <lrm_resources>
          <lrm_resource id="db" class="ocf" provider="heartbeat" type="Dummy">
            <lrm_rsc_op id="db_last_0" operation="start" operation_key="db_start_0" interval="0" call-id="5" rc-code="0" op-status="0"
              transition-magic="0:0;1:1:0:aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa" crm_feature_set="3.16.1"/>
          </lrm_resource>
        </lrm_resources>
      </lrm>
    </node_state>
  </status>
</cib>
`;

test.serial(
  'failures are counted; the same answer, a second later, is the same value, and another one is not',
  async (t) => {
    const directory = await mkdtemp(`${tmpdir()}/vnfha-crm-mon-`);
    t.teardown(() => rm(directory, { recursive: true, force: true }));
    process.env['CIB_file'] = `${directory}/cib.xml`;
    t.teardown(() => delete process.env['CIB_file']);
    const failCounts = async (): Promise<number[]> => (await readStatus()).failures.map(({ failCount }) => failCount);

    await writeFile(process.env['CIB_file'], cib(2));
    const first = await readStatus();
    t.deepEqual(
      first.failures.map(({ resource, node, failCount }) => ({ resource, node, failCount })),
      [{ resource: 'db', node: 'node1', failCount: 2 }],
    );
    t.deepEqual(
      first.resources.map(({ id, role, nodes }) => ({ id, role, nodes })),
      [{ id: 'db', role: 'Started', nodes: ['node1'] }],
    );
    await new Promise((resolve) => setTimeout(resolve, 1100)); // crm_mon writes the second into its answer
    t.is(await readStatus(), first);

    await writeFile(process.env['CIB_file'], cib(3));
    t.deepEqual(await failCounts(), [3]);
  },
);
