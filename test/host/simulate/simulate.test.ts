/** `vnfha simulate`, by Pacemaker's own scheduler. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import test from 'ava';

function simulate(...argv: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', 'src/cli/main.ts', 'simulate', ...argv],
    { encoding: 'utf8' },
  );
  return { status, stdout, stderr };
}

interface Case {
  readonly fail: readonly string[];
  readonly service: string;
  readonly quorate: boolean;
  readonly pacemaker: readonly { readonly action: string; readonly resource: string; readonly node: string | null }[];
  readonly vnfcs: readonly { readonly vnfc: string; readonly service: string; readonly active: string | null; readonly addresses: readonly { readonly at: string | null }[]; readonly servers: readonly { readonly server: string; readonly rotation: string }[] }[]; // prettier-ignore
  readonly heals: readonly { readonly vnfc: string; readonly node: string; readonly vnfcInstanceId: string | null }[];
}
const casesOf = (...argv: string[]): Case[] => (JSON.parse(simulate(...argv, '--json').stdout) as { cases: Case[] }).cases; // prettier-ignore

test('what docs/simulate.md shows is what it says', (t) => {
  const shown = [...readFileSync('docs/simulate.md', 'utf8').matchAll(/^```\n\$ vnfha simulate (.*)\n([^]*?)^```$/gm)];
  t.is(shown.length, 2);
  for (const [, argv, output] of shown) t.is(simulate(...argv!.split(' ')).stdout, output!);
});

test('the active instance fails: another one has the role and the address, and it comes back as standby', (t) => {
  const [one] = casesOf('examples/sipcore.yaml', '--fail', 'vnfc:registrar/node1');
  const registrar = one!.vnfcs.find(({ vnfc }) => vnfc === 'registrar')!;
  t.not(registrar.active, 'node1');
  t.is(registrar.addresses[0]!.at, registrar.active);
  t.is(one!.service, 'whole');
  const order = one!.pacemaker.map(({ action, resource, node }) => `${action} ${resource} ${node}`);
  const at = (step: string) => order.indexOf(step);
  t.true(at('demote sipcore-registrar node1') < at(`promote sipcore-registrar ${registrar.active}`), order.join('; '));
  t.true(at(`promote sipcore-registrar ${registrar.active}`) < at('start sipcore-registrar node1'), order.join('; '));
});

test('service lost is said by the exit code', (t) => {
  t.is(simulate('examples/sipcore.yaml', '--fail', 'lb:node1').status, 0);
  const lost = simulate('examples/sipcore.yaml', '--fail', 'lb:node1', 'lb:node2', '--lasting');
  t.is(lost.status, 15);
  t.regex(lost.stdout, /Service: LOST of web/);
  const two = casesOf('examples/sipcore.yaml', '--fail', 'node:node1', 'node:node2');
  t.deepEqual([two[0]!.quorate, two[0]!.service, two[0]!.heals], [false, 'lost', []]);
});

test('every scheme: the loss of any one node or instance of each example loses no service', (t) => {
  for (const file of ['two-node', 'vip-by-vnfc', 'guest-nodes']) {
    const { status, stdout } = simulate(`examples/${file}.yaml`, '--all');
    t.is(status, 0, `${file}: ${stdout}`);
    t.regex(stdout, /single failures: none loses service/, file);
  }
});

test('a guest’s VM fails: the standby in the other one is active before it is there again, or isn’t', (t) => {
  const ask = (...more: string[]) => casesOf('examples/guest-nodes.yaml', '--fail', 'guest:vm1', ...more)[0]!;
  const back = ask();
  t.is(back.service, 'whole');
  t.like(back.vnfcs[0], { running: ['vm1', 'vm2'], active: 'vm2', addresses: [{ address: '10.77.0.50/24', at: 'vm2' }] });
  const changes = back.pacemaker.filter(({ resource }) => /-vip$|-registrar$/.test(resource)).map(({ action, resource, node }) => `${action} ${resource} ${node}`);
  t.deepEqual(changes, [
    'stop guests-registrar-vip null',
    'demote guests-registrar null',
    'stop guests-registrar null',
    'promote guests-registrar vm2',
    'start guests-registrar-vip vm2',
    'start guests-registrar vm1',
  ]);
  const away = ask('--lasting');
  t.is(away.service, 'degraded');
  t.like(away.vnfcs[0], { running: ['vm2'], active: 'vm2' });
}); // prettier-ignore

test('what is asked wrongly is said', (t) => {
  t.regex(simulate('examples/sipcore.yaml').stderr, /either --fail or --all is needed/);
  t.regex(simulate('examples/sipcore.yaml', '--fail', 'node:nowhere').stderr, /can fail/);
  t.is(simulate('examples/sipcore.yaml', '--fail', 'x', '--all').status, 2);
});
