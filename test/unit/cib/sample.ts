/** A small VNF in its normalised form, and a live CIB in which somebody else lives too. */
import type { Vnf } from '../../../src/model/vnf.ts';
import { generateCib } from '../../../src/cib/generate.ts';
import { loadTemplates } from '../../../src/cib/templates.ts';
import { readDescription } from '../../../src/model/load.ts';
import { type Element, parseXml } from '../../../src/process/xml.ts';

export const description = `
vnf: { name: v }
networks: [{ name: n, cidr: 192.0.2.0/24 }]
nodes: [{ name: a, address: 192.0.2.1 }, { name: b, address: 192.0.2.2 }, { name: c, address: 192.0.2.3 }]
fencing: [{ name: f, agent: fence_x }]
vnfcs:
  - name: db
    redundancy: active-standby
    vip: 192.0.2.50/24
    program: { run: [db, --motto, "it's <&> \\"x\\""] }
    role: { promote: db-ctl up, demote: db-ctl down }
  - name: web
    redundancy: active-active
    nodes: [a, b]
    service: { port: 8080, frontend: 80 }
    program: { run: web }
loadBalancer: { nodes: [a, b], vip: 192.0.2.60/24 }
`;

export function vnfOf(text: string): Vnf {
  const { vnf, problems } = readDescription(text, 'test.yaml');
  if (vnf === undefined) throw new Error(JSON.stringify(problems));
  return vnf;
}

export const ours = async (text = description): Promise<Element> => generateCib(vnfOf(text), await loadTemplates());

/** As pcs and Pacemaker leave one: odd orders, other people's things before, between and after. */
export const foreign = `<cib crm_feature_set="3.16.1" validate-with="pacemaker-3.9" epoch="41" num_updates="7" admin_epoch="0">
  <configuration>
    <crm_config>
      <cluster_property_set id="cib-bootstrap-options">
        <nvpair id="cib-bootstrap-options-have-watchdog" name="have-watchdog" value="false"/>
        <nvpair id="theirs" name="stonith-enabled" value="false"/>
        <nvpair id="cib-bootstrap-options-last-lrm-refresh" name="last-lrm-refresh" value="1"/>
      </cluster_property_set>
    </crm_config>
    <nodes>
      <node id="1" uname="a">
        <instance_attributes id="nodes-1">
          <nvpair id="nodes-1-rack" name="rack" value="&lt;7 &amp; &quot;8&quot;&gt;"/>
        </instance_attributes>
      </node>
    </nodes>
    <constraints>
      <rsc_location id="z-first" rsc="their-ip" node="b" score="10"/>
      <rsc_location id="a-second" rsc="their-ip" node="a" score="5"/>
    </constraints>
    <resources>
      <!-- theirs: <don't touch> -->
      <primitive id="their-ip" class="ocf" provider="heartbeat" type="IPaddr2">
        <!-- inside -->
        <instance_attributes id="their-ip-ia">
          <nvpair name="ip" value="192.0.2.99" id="their-ip-ia-ip"/>
        </instance_attributes>
      </primitive>
    </resources>
    <rsc_defaults>
      <meta_attributes id="their-defaults">
        <nvpair id="their-defaults-s" name="resource-stickiness" value="1"/>
      </meta_attributes>
    </rsc_defaults>
  </configuration>
  <status/>
</cib>
`;

export const foreignCib = (edit: (text: string) => string = (text) => text): Element => parseXml(edit(foreign), 'test');
