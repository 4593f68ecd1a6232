/** Scheme B3: the CIB and the haproxy.cfg of examples/vms.yaml, by Pacemaker's own tools and HAProxy's. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { changesBetween } from '../../../src/cib/changes.ts';
import { generateCib, wholeCib } from '../../../src/cib/generate.ts';
import { mergeCib } from '../../../src/cib/merge.ts';
import { renderHaproxyConfig } from '../../../src/cib/render.ts';
import { loadTemplates } from '../../../src/cib/templates.ts';
import { readDescription } from '../../../src/model/load.ts';
import { verifyCib } from '../../../src/pacemaker/verify.ts';
import { run } from '../../../src/process/run.ts';
import { serializeXml } from '../../../src/process/xml.ts';
import { example, generated, settled, type SimulatedCluster, simulate } from './simulated.ts';

const { vnf, cib } = await generated('vms');
const [vm, member] = ['vms-web-web1', 'vms-web-web1-member'];
const failing = (node: string) => ['--op-inject', `${vm}_monitor_5000@${node}=7`];
const on = (cluster: SimulatedCluster, resource: string): string | undefined => cluster.where(resource, 'Started')[0];

test('crm_verify takes it, apply finds nothing to change in it, and HAProxy knows the VMs by their names', async (t) => {
  await t.notThrowsAsync(verifyCib(serializeXml(cib), 'this'));
  const ours = cib.children.find(({ name }) => name === 'configuration')!;
  t.deepEqual(changesBetween(cib, mergeCib(cib, ours, vnf.name)), []);
  const text = renderHaproxyConfig(vnf, new Set(['vms-web/web2']), await loadTemplates());
  t.regex(text, /server web1 10\.77\.0\.41:8080 check\n +server web2 10\.77\.0\.42:8080 check disabled\n/);
  const directory = await mkdtemp(path.join(tmpdir(), 'vnfha-test-'));
  t.teardown(() => rm(directory, { recursive: true }));
  await writeFile(path.join(directory, 'haproxy.cfg'), text);
  const { stdout, stderr } = await run('haproxy', ['-c', '-f', path.join(directory, 'haproxy.cfg')]);
  t.regex(stdout + stderr, /Configuration file is valid/);
});

test('each VM has a host of its own, with its place; with fewer hosts than VMs they share one', async (t) => {
  const cluster = await settled(vnf, cib);
  const [web1, web2] = ['web1', 'web2'].map((name) => on(cluster, `vms-web-${name}`));
  t.truthy(web1);
  t.not(web1, web2);
  t.is(on(cluster, member), web1);
  const others = vnf.nodes.map(({ name }) => name).filter((node) => node !== web1);
  const { after } = await simulate(cluster.cib, ['--node-fail', others[0]!, '--node-fail', others[1]!, '--quorum', 'true']); // prettier-ignore
  t.deepEqual(
    ['web1', 'web2'].map((name) => on(after, `vms-web-${name}`)),
    [web1, web1],
  );
});

test('first excluded, then restarted where it is; failed too often, on another host', async (t) => {
  let cluster = await settled(vnf, cib);
  const host = on(cluster, vm)!;
  const first = await simulate(cluster.cib, failing(host));
  t.deepEqual(first.actions, [`${member} stop ${host}`, `${vm} stop ${host}`, `${vm} start ${host}`, `${member} start ${host}`]); // prettier-ignore
  // a failure counts two by the supervisor's word, and one in this simulation: after three the threshold is reached
  for (let count = 1; count < 3; count += 1) cluster = (await simulate(cluster.cib, failing(host))).after;
  const { actions, after } = await simulate(cluster.cib, failing(host));
  const next = on(after, vm)!;
  t.not(next, host);
  t.deepEqual(actions, [`${member} stop ${host}`, `${vm} stop ${host}`, `${vm} start ${next}`, `${member} start ${next}`]); // prettier-ignore
  t.is(on(after, 'vms-web-web2'), on(cluster, 'vms-web-web2'), 'the other one stays');
});

test('a host that is lost is fenced before its VM is started on another; when it is back, nothing moves', async (t) => {
  const cluster = await settled(vnf, cib);
  const host = on(cluster, vm)!;
  const { actions, after } = await simulate(cluster.cib, ['--node-fail', host, '--quorum', 'true']);
  const next = on(after, vm)!;
  const at = (step: string) => actions.indexOf(step);
  t.true(at(`fence ${host}`) >= 0 && at(`fence ${host}`) < at(`${vm} start ${next}`), actions.join('; '));
  t.true(at(`${vm} start ${next}`) < at(`${member} start ${next}`), actions.join('; '));
  const back = await simulate(after.cib, ['--node-up', host, '--quorum', 'true']);
  t.deepEqual([on(back.after, vm), on(back.after, 'vms-web-web2')], [next, on(cluster, 'vms-web-web2')]);
});

test('with migrate, a planned move is a live migration, and the place is out meanwhile', async (t) => {
  const text = (await readFile(example('vms'), 'utf8')).replace('    vms:\n', '    vms:\n      migrate: {}\n');
  const moving = readDescription(text, 'vms.yaml').vnf!;
  const cluster = await settled(moving, wholeCib(generateCib(moving, await loadTemplates())));
  const host = on(cluster, vm)!;
  const banned = cluster.cib.replace('</constraints>', `<rsc_location id="ban" rsc="${vm}" node="${host}" score="-INFINITY"/></constraints>`);
  const { stdout } = await run('crm_simulate', ['--xml-pipe', '-S', '--output-as=xml'], { input: banned });
  const steps = [...stdout.matchAll(/<rsc_action resource="([^"]+)" op="(start|stop|migrate_to|migrate_from)" node="([^"]+)"/g)].map(([, resource, op, node]) => `${resource} ${op}${node === host ? ' here' : ''}`);
  t.deepEqual(steps, [`${member} stop here`, `${vm} migrate_to here`, `${vm} migrate_from`, `${vm} stop here`, `${member} start`]);
}); // prettier-ignore
