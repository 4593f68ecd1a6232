/** What the load balancer manages: what spoils it, and what is said of it. */
import test from 'ava';
import { checkDescription } from '../../../src/model/check.ts';
import { base, edited, problemsOf } from './base.ts';

const manages = `  vip: 192.0.2.60/24
  manages:
    - name: media
      servers:
        - { name: m1, address: 192.0.2.101, vnfcInstanceId: media-1 }
        - { name: pair, vnfc: db, port: 6379 }
      service: { port: 8081, slowStart: 5s, check: { inter: 500ms } }
`;
const managed = edited(base, ['  vip: 192.0.2.60/24\n', manages]);

test('without a problem; what is left out is filled in', (t) => {
  const { vnf, problems } = checkDescription(managed, 'x');
  t.deepEqual(problems, []);
  const [media] = vnf!.loadBalancer!.manages;
  t.deepEqual(media!.servers, [
    { name: 'm1', address: '192.0.2.101', port: 8081, pair: undefined, vnfcInstanceId: 'media-1' },
    { name: 'pair', address: '192.0.2.50', port: 6379, pair: 'db', vnfcInstanceId: undefined },
  ]);
  t.is(media!.heal, true);
  t.like(media!.service, { frontend: 8081, mode: 'http', balance: 'roundrobin', slowStartMs: 5000, check: { interMs: 500, fall: 2, rise: 1 } }); // prettier-ignore
});

test('a VNF of such VNFCs alone', (t) => {
  const start = managed.indexOf('vnfcs:');
  const alone = managed.slice(0, start) + managed.slice(managed.indexOf('loadBalancer:'));
  const { vnf, problems } = checkDescription(
    edited(alone, ['        - { name: pair, vnfc: db, port: 6379 }\n', '']),
    'x',
  );
  t.deepEqual(problems, []);
  t.deepEqual(vnf!.vnfcs, []);
});

test('a VNF of nothing', (t) => {
  const start = base.indexOf('vnfcs:');
  const nothing = base.slice(0, start) + base.slice(base.indexOf('loadBalancer:'));
  t.true(problemsOf(nothing).some((problem) => problem.includes("the VNF has no component. Add 'vnfcs'")));
});

for (const [what, edits, ...problems] of [
  ['a name that a VNFC has', [['name: media', 'name: web']], "48:13: error: the VNFC 'web' of the load balancer and the VNFC 'web', in line 37, would both be 'ims-web' in the cluster (loadBalancer.manages[0].name). Rename one of them."],
  ['a server twice', [['name: pair', 'name: m1']], "51:19: error: the server 'm1' is there already, in line 50 (loadBalancer.manages[0].servers[1].name). Rename one of them."],
  ['a server that is nowhere', [['vnfc: db, ', '']], "51:11: error: the server 'pair' is nowhere (loadBalancer.manages[0].servers[1]). Give it either 'address', or 'vnfc' with the name of an active-standby VNFC."],
  ['a server at two places', [['vnfc: db', 'vnfc: db, address: 192.0.2.9']], "51:25: error: the server 'pair' has both 'address' and 'vnfc' (loadBalancer.manages[0].servers[1].vnfc). Give it either 'address', or 'vnfc' with the name of an active-standby VNFC."],
  ['an unknown VNFC', [['vnfc: db', 'vnfc: dbs']], "51:31: error: there is no VNFC 'dbs' (loadBalancer.manages[0].servers[1].vnfc). Did you mean 'db'?"],
  ['a VNFC without an address of its own', [['vnfc: db', 'vnfc: web']], "51:31: error: the VNFC 'web' is active-active: it has no address that follows the active instance (loadBalancer.manages[0].servers[1].vnfc). Name an active-standby VNFC."],
  ['the same place twice', [['port: 6379 }\n      service', 'port: 6379 }\n        - { name: m2, address: 192.0.2.101, vnfcInstanceId: media-2 }\n      service']], "52:32: error: 192.0.2.101 port 8081 is a server already, in line 50 (loadBalancer.manages[0].servers[2].address). Remove one of the two."],
  ['no address', [['192.0.2.101', '192.0.2.1O1']], "50:32: error: '192.0.2.1O1' is not an address (loadBalancer.manages[0].servers[0].address). Write it as 192.0.2.7 or 2001:db8::7."],
  ['the load balancer before itself', [['192.0.2.101', '192.0.2.60']], "50:32: error: 192.0.2.60 is the load balancer's own VIP (loadBalancer.manages[0].servers[0].address). Write where the server serves."],
  ["a frontend of another's", [['port: 8081', 'port: 80']], "52:24: error: port 80 of the load balancer's VIP is used by the VNFC 'web' already (loadBalancer.manages[0].service.port). Give each VNFC its own 'frontend' port."],
  ["another's vnfcInstanceId", [['vnfcInstanceId: media-1', 'vnfcInstanceId: db-1']], "50:61: error: the vnfcInstanceId 'db-1' is another instance's already, in line 36 (loadBalancer.manages[0].servers[0].vnfcInstanceId). Give each instance its own."],
  ['a pair with a vnfcInstanceId', [['vnfc: db', 'vnfc: db, vnfcInstanceId: x']], "51:51: error: 'db' has two instances, and the cluster recovers them (loadBalancer.manages[0].servers[1].vnfcInstanceId). Remove it, and give the VNFC 'db' its vnfcInstanceIds."],
  ['nobody to heal', [[', vnfcInstanceId: media-1', '']], "49:7: warning: the server m1 of the VNFC 'media' cannot be named to the VNFM (loadBalancer.manages[0].servers). Add a vnfcInstanceId to each of them."],
  ['no time', [['slowStart: 5s', 'slowStart: 0s']], "52:41: error: '0s' is no time at all (loadBalancer.manages[0].service.slowStart). Write a longer duration, or remove the field."],
] as const) {
  test(`spoiled: ${what}`, (t) => {
    t.deepEqual(problemsOf(edited(managed, ...edits)), problems);
  });
} // prettier-ignore
