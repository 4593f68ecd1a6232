/** Names in a description: what spoils it, and what is said of it. */
import test from 'ava';
import { spoiled } from './spoiled.ts';

test(
  'a name with a space',
  spoiled,
  [['name: ims', 'name: my ims']],
  "2:9: error: 'my ims' does not fit (vnf.name). Begin it with a letter and use only letters a-z and A-Z, digits, - and _, at most 48 of them.",
);

test(
  'a name that is a number',
  spoiled,
  [['name: ims', 'name: 5']],
  '2:9: error: \'5\' is not text (vnf.name). Put it in quotes: "5".',
);

test(
  'two VNFCs of one name',
  spoiled,
  [['name: web', 'name: db']],
  "37:11: error: the VNFC 'db' is there already, in line 23 (vnfcs[1].name). Rename one of them.",
);

test(
  'two networks of one name',
  spoiled,
  [['name: oam', 'name: service']],
  "7:11: error: the network 'service' is there already, in line 5 (networks[1].name). Rename one of them.",
  "11:43: error: there is no network 'oam' (nodes[0].addresses.oam). There are: service.",
  "13:43: error: there is no network 'oam' (nodes[1].addresses.oam). There are: service.",
);

test(
  'node names that differ in case only',
  spoiled,
  [['name: n2', 'name: N1']],
  "12:11: error: the node 'N1' is there already, in line 10 (nodes[1].name). Rename one of them.",
  "36:5: warning: the instance of the VNFC 'db' on N1 cannot be named to the VNFM (vnfcs[0].vnfcInstanceIds). Add a vnfcInstanceId for each of its nodes.",
  "36:38: error: there is no node 'n2' (vnfcs[0].vnfcInstanceIds.n2). Did you mean 'n1'?",
  '45:3: warning: the load balancer has one node: all its services die with it (loadBalancer.nodes). Give it two nodes or more.',
  "45:15: error: there is no node 'n2' (loadBalancer.nodes[1]). Did you mean 'n1'?",
);

test(
  'two fence devices of one name',
  spoiled,
  [['vnfcs:\n', '  - name: power\n    agent: fence_x\nvnfcs:\n']],
  "22:11: error: the fence device 'power' is there already, in line 19 (fencing[1].name). Rename one of them.",
);

test(
  'a VNFC and the load balancer of one name',
  spoiled,
  [['name: web', 'name: lb']],
  "44:1: error: the load balancer 'lb' and the VNFC 'lb', in line 37, would both be 'ims-lb' in the cluster (loadBalancer.name). Rename one of them.",
);

test(
  "a VNFC called as another's member",
  spoiled,
  [['name: db', 'name: web-member']],
  "37:11: error: the VNFC 'web' and the VNFC 'web-member', in line 23, would both be 'ims-web-member' in the cluster (vnfcs[1].name). Rename one of them.",
);

test(
  "a VNFC called as another's clone",
  spoiled,
  [['name: db', 'name: web-clone']],
  "37:11: error: the VNFC 'web' and the VNFC 'web-clone', in line 23, would both be 'ims-web-clone' in the cluster (vnfcs[1].name). Rename one of them.",
);

test(
  "a VNFC called as another's address",
  spoiled,
  [['name: web', 'name: db-vip']],
  "37:11: error: the VNFC 'db-vip' and the VNFC 'db', in line 23, would both be 'ims-db-vip' in the cluster (vnfcs[1].name). Rename one of them.",
);

test(
  'a VNFC called as a fence device',
  spoiled,
  [['name: web', 'name: fence-power']],
  "19:11: error: the fence device 'power' and the VNFC 'fence-power', in line 37, would both be 'ims-fence-power' in the cluster (fencing[0].name). Rename one of them.",
);

test(
  'a VNFC called as the alert',
  spoiled,
  [['name: web', 'name: alert']],
  "37:11: error: the VNFC 'alert' and the suite's alert would both be 'ims-alert' in the cluster (vnfcs[1].name). Rename one of them.",
);

test(
  "a VNFC called as another's operation",
  spoiled,
  [['name: web', 'name: db-monitor']],
  "37:11: error: the VNFC 'db-monitor' and the VNFC 'db', in line 23, would both be 'ims-db-monitor' in the cluster (vnfcs[1].name). Rename one of them.",
);
