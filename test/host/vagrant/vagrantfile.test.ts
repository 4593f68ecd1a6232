/** The lab on virtual machines, as far as no machine is needed: its plan, and its Vagrantfile by Vagrant's own word. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';

const root = path.resolve(import.meta.dirname, '../../..');

test('the machines are the hosts of the description, with the files of the namespace lab; Vagrant takes the file', (t) => {
  const folder = mkdtempSync('/var/tmp/vnfha-vagrant-');
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const out = path.join(folder, '.lab');
  const prepare = ['--import', 'tsx', 'vagrant/prepare.ts', path.join(root, 'examples/sipcore.yaml'), out];
  execFileSync(process.execPath, prepare, { cwd: root, stdio: 'pipe' });
  const plan = JSON.parse(readFileSync(path.join(out, 'plan.json'), 'utf8')) as { hosts: { name: string }[] };
  t.deepEqual(
    plan.hosts.map(({ name }) => name),
    ['client', 'node1', 'node2', 'node3', 'store'],
  );
  const description = readFileSync(path.join(out, 'node1/files/etc/vnfha/vnf.yaml'), 'utf8');
  t.regex(description, /agent: fence_virt\b/);
  t.notRegex(description, /interface: eth0/);
  t.regex(readFileSync(path.join(out, 'node1/manifest'), 'utf8'), /^600 root \/etc\/vnfha\/vnfm-secret$/m);
  t.is(statSync(out).mode & 0o777, 0o700, 'keys are in it');

  cpSync(path.join(root, 'vagrant/Vagrantfile'), path.join(folder, 'Vagrantfile'));
  cpSync(path.join(root, 'vagrant/provision'), path.join(folder, 'provision'));
  const vagrant = (): { status: number | null; said: string } => {
    const env = { ...process.env, VAGRANT_HOME: path.join(folder, 'home'), HOME: folder };
    const { status, stdout, stderr } = spawnSync('vagrant', ['validate', '--ignore-provider'], { cwd: folder, env, encoding: 'utf8' }); // prettier-ignore
    return { status, said: stdout + stderr };
  };
  const { status, said } = vagrant();
  t.is(status, 0, said);
  writeFileSync(path.join(folder, 'Vagrantfile'), readFileSync(path.join(folder, 'Vagrantfile'), 'utf8').replace("config.vm.synced_folder '.'", "config.vm.sinced_folder '.'")); // prettier-ignore
  t.not(vagrant().status, 0, 'what is no Vagrantfile is seen');
  t.is(spawnSync('bash', ['-n', path.join(root, 'vagrant/provision')]).status, 0);
});
