import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { environmentIn, parseUnit } from '../../../src/lab/node/unit-file.ts';

const shipped = path.resolve(import.meta.dirname, '../../../systemd');

test('what a unit says', (t) => {
  const text = `
[Unit]
Environment=NOT=here
[Service]
# a comment = no key
ExecStart=/wrong
ExecStart=
ExecStart=/usr/sbin/vnfha bridge \\
  --flag "two words"
Restart=on-failure
RestartSec=2
RuntimeDirectory=vnfha other
Environment=A=b "C=d=e"
EnvironmentFile=-/etc/default/x
[Install]
Restart=no
`;
  t.deepEqual(parseUnit(text, 'x.service'), {
    argv: ['/usr/sbin/vnfha', 'bridge', '--flag', 'two words'],
    restart: 'on-failure',
    restartMs: 2000,
    runtimeDirectories: ['vnfha', 'other'],
    stateDirectories: [],
    environmentFiles: ['-/etc/default/x'],
    env: { A: 'b', C: 'd=e' },
  });
});

test('what an environment file says', (t) => {
  t.deepEqual(environmentIn('# A=no\nA=1\n B="two words"\nno line\n#C=3\n'), { A: '1', B: 'two words' });
});

test('what cannot be run is said, with its file', (t) => {
  t.throws(() => parseUnit('[Service]\nRestart=always\n', 'x.service'), { message: /^x\.service: no ExecStart/ });
  t.throws(() => parseUnit('[Service]\nExecStart=a\nRestart=maybe\n', 'x.service'), { message: /Restart=maybe/ });
  t.throws(() => parseUnit('[Service]\nExecStart=a\nRestartSec=soon\n', 'x.service'), { message: /RestartSec=soon/ });
});

test('the shipped units come back at once, share /run/vnfha, and run a command of the CLI', (t) => {
  const units = readdirSync(shipped);
  const ofNode = ['vnfha-bridge.service', 'vnfha-notifier.service', 'vnfha-supervisor.service'];
  const besideIt = ['vnfha-bridge@.service', 'vnfha-notifier@.service'];
  t.deepEqual(units.toSorted(), [...ofNode, ...besideIt, 'vnfha-sync@.service'].toSorted());
  for (const file of [...ofNode, ...besideIt]) {
    const unit = parseUnit(readFileSync(path.join(shipped, file), 'utf8'), file);
    const own = besideIt.includes(file) ? ['--vnf', '%i'] : [];
    t.deepEqual(unit.argv, ['/usr/sbin/vnfha', /vnfha-(\w+)/.exec(file)![1]!, ...own]);
    t.deepEqual([unit.restart, unit.restartMs], ['always', 100]);
    t.deepEqual(unit.runtimeDirectories, ['vnfha']);
    t.deepEqual(unit.stateDirectories, file === 'vnfha-supervisor.service' ? [] : ['vnfha']); // it keeps no truth
  }
});

test('the template of the sidecars names its VNFC, and has folders of its own', (t) => {
  const unit = parseUnit(readFileSync(path.join(shipped, 'vnfha-sync@.service'), 'utf8'), 'vnfha-sync@.service');
  t.deepEqual(unit.argv, ['/usr/sbin/vnfha', 'sync', '--vnfc', '%i']);
  t.is(unit.restart, 'always');
  t.deepEqual(unit.runtimeDirectories, ['vnfha', 'vnfha/sync']);
  t.deepEqual(unit.stateDirectories, ['vnfha', 'vnfha/sync']);
});

test('at boot before Pacemaker, at shutdown after it: whoever its agents ask', (t) => {
  for (const name of ['bridge', 'supervisor', 'sync@']) {
    t.regex(readFileSync(path.join(shipped, `vnfha-${name}.service`), 'utf8'), /^Before=pacemaker\.service$/m);
  }
});
