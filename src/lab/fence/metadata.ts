/** What fence_vnfha_lab says of itself; by https://github.com/ClusterLabs/fence-agents/blob/main/doc/FenceAgentAPI.md. */
export const metadata = `<?xml version="1.0" ?>
<resource-agent name="fence_vnfha_lab" shortdesc="Power switch of a vnfha lab">
  <longdesc>Powers the nodes of a lab off and on. The nodes are namespaces of one machine.</longdesc>
  <vendor-url></vendor-url>
  <parameters>
    <parameter name="action" unique="0" required="1">
      <getopt mixed="-o, --action=[action]"/>
      <content type="string" default="reboot"/>
      <shortdesc lang="en">Fencing action</shortdesc>
    </parameter>
    <parameter name="plug" unique="0" required="0" obsoletes="port">
      <getopt mixed="-n, --plug=[node]"/>
      <content type="string"/>
      <shortdesc lang="en">Node to act on</shortdesc>
    </parameter>
    <parameter name="port" unique="0" required="0" deprecated="1">
      <getopt mixed="-n, --plug=[node]"/>
      <content type="string"/>
      <shortdesc lang="en">Node to act on</shortdesc>
    </parameter>
  </parameters>
  <actions>
    <action name="on" automatic="0"/>
    <action name="off"/>
    <action name="reboot"/>
    <action name="status"/>
    <action name="list"/>
    <action name="monitor"/>
    <action name="metadata"/>
    <action name="validate-all"/>
  </actions>
</resource-agent>
`;
