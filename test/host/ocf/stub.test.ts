/**
 * The stub's fast path against everything that a sight or a pass could be: real processes, real files; Node is replaced, so that it
 * shows when the stub asks it.
 */
import test, { type ExecutionContext } from 'ava';
import { type Pass, passText } from '../../../src/ocf/fast-path.ts';
import { parameters as declared } from '../../../src/ocf/vnfc/parameters.ts';
import { lonelyNode, type LonelyNode, until } from '../corosync/lonely-node.ts';
import { agentDir } from './agent-calls.ts';
import { type Executor, quoted, startExecutor } from './executor.ts';

/** What the stand-in for Node answers. */
const slow = 77;
const sightFile = '/run/vnfha/sights/test';
const passFile = '/run/vnfha/passes/test';
const parameters = { name: 'web', run: 'sh -c "echo it\'s $HOME; \\x"', check_command: 'tést ā Ё\nnext' };

/** As a pass has them. */
const texts = (given: Readonly<Record<string, string>>) => Object.keys(declared).map((name) => given[name] ?? '');

interface Process {
  readonly pid: number;
  readonly startTime: number;
}
interface Scene {
  readonly node: LonelyNode;
  readonly executor: Executor;
  readonly supervisor: Process;
  readonly leader: Process;
  /** Calls the recurring monitor, by default as Pacemaker does for `parameters`. */
  readonly monitor: (environment?: Readonly<Record<string, string | undefined>>) => Promise<number>;
  /** Writes a pass and then a sight, newer; `sight` has its lines. */
  readonly show: (sight?: readonly (string | number)[], pass?: Partial<Pass> | string) => Promise<void>;
  /** What a supervisor would write. */
  readonly sight: (changes?: Readonly<Record<number, string | number>>) => (string | number)[];
  readonly start: () => Promise<Process>;
  /** Calls another action. */
  readonly call: (action: string, environment?: Readonly<Record<string, string | undefined>>) => Promise<number>;
}

async function scene(t: ExecutionContext): Promise<Scene> {
  const node = await lonelyNode();
  t.teardown(node.end);
  const executor = await startExecutor(node);
  const sh = async (command: string): Promise<string> => {
    const { code, output } = await executor.run(command);
    if (code !== 0) throw new Error(`${command}: ${code}: ${output}`);
    return output;
  };
  await sh(`mkdir -p /run/bin /run/vnfha/sights /run/vnfha/passes; printf '#!/bin/sh\\nexit ${slow}\\n' >/run/bin/node; chmod +x /run/bin/node; ln -s /bin/sleep /bin/rm /run/bin/`); // prettier-ignore
  const start = async (): Promise<Process> => {
    const pid = Number(await sh('sleep 1000 >/dev/null & echo $!'));
    const stat = await sh(`cat /proc/${pid}/stat`);
    return { pid, startTime: Number(stat.split(') ').at(-1)!.split(' ')[19]) };
  };
  const [supervisor, leader] = [await start(), await start()];
  const uptime = () => Math.floor(Number(node.run('cat', '/proc/uptime').stdout.split(' ')[0]));
  const sight: Scene['sight'] = (changes = {}) =>
    Object.assign(
      [
        'vnfha-sight 1',
        `${supervisor.pid} ${supervisor.startTime}`,
        `${leader.pid} ${leader.startTime}`,
        uptime() + 10,
        0,
        'name=web',
      ],
      changes,
    );
  return {
    node,
    executor,
    supervisor,
    leader,
    start,
    sight,
    monitor: (environment = {}) => call('monitor', { OCF_RESKEY_CRM_meta_interval: '10000', ...environment }),
    call,
    async show(lines = sight(), pass = {}) {
      const text =
        typeof pass === 'string'
          ? pass
          : passText({ executor: executor.pid, leader, parameters: texts(parameters), ...pass })!;
      const write = `printf %s ${quoted(text)} >${passFile}; printf %s ${quoted(lines.join('\n') + '\n')} >${sightFile}`;
      await sh(`${write}; until [ ${sightFile} -nt ${passFile} ] && [ ${sightFile} -nt /proc/${leader.pid} ]; do touch ${sightFile}; done`); // prettier-ignore
    },
  };

  async function call(action: string, environment: Readonly<Record<string, string | undefined>> = {}): Promise<number> {
    const given = Object.entries(parameters).map(([name, value]) => [`OCF_RESKEY_${name}`, value]);
    const all = {
      PATH: '/run/bin',
      OCF_RESOURCE_INSTANCE: 'test',
      OCF_RESKEY_CRM_meta_timeout: '20000',
      ...(Object.fromEntries(given) as Record<string, string>),
      ...environment,
    };
    const assignments = Object.entries(all).map(([name, value]) => (value === undefined ? '' : `${name}=${quoted(value)}`)); // prettier-ignore
    return (await executor.run(`${assignments.join(' ')} ${agentDir}/vnfc ${action}`)).code;
  }
}

test('health that can be believed is answered without Node', async (t) => {
  const { monitor, show, sight, executor } = await scene(t);
  t.is(await monitor(), slow, 'nothing is known');
  await show();
  t.is(await monitor(), 0);
  t.is(await monitor({ OCF_CHECK_LEVEL: '0', OCF_RESKEY_CRM_meta_role: 'Unpromoted', IFS: 'x', PPID: '9' }), 0);
  await show(sight({ 4: 8 }));
  t.is(await monitor(), 8);
  t.is(await monitor({ OCF_RESKEY_CRM_meta_role: 'Promoted' }), 8);
  t.is(await monitor({ OCF_RESKEY_CRM_meta_role: 'Unpromoted' }), slow);
  await show(sight({ 2: '0 0' }), { leader: undefined });
  t.is(await monitor(), 0, 'self-managing');
  const { output } = await executor.run(`OCF_RESOURCE_INSTANCE=test PATH=/usr/bin:/bin ${agentDir}/vnfc meta-data`);
  t.regex(output, /<resource-agent name="vnfc"/);
});

test('what Pacemaker asks otherwise than usually is asked of Node', async (t) => {
  const { monitor, show } = await scene(t);
  await show();
  for (const environment of [
    { OCF_RESKEY_CRM_meta_interval: undefined },
    ...['0', '', 'x', '010000', '-10000', '10000 ', '1e4', '10000000000000000000000', '$((1/0))'].map((interval) => ({
      OCF_RESKEY_CRM_meta_interval: interval,
    })),
    { OCF_CHECK_LEVEL: '10' },
    { OCF_RESKEY_CRM_meta_role: 'Promoted' },
    { OCF_RESKEY_CRM_meta_role: 'Stopped' },
    { OCF_RESOURCE_INSTANCE: undefined },
    ...['', 'other', '../sights/test', './test', 'test/', '*', 'te?t', 'test\n'].map((instance) => ({
      OCF_RESOURCE_INSTANCE: instance,
    })),
    { OCF_RESKEY_name: 'webs' },
    { OCF_RESKEY_name: undefined },
    { OCF_RESKEY_run: undefined },
    { OCF_RESKEY_run: `${parameters.run}\u001f` },
    { OCF_RESKEY_name: `web\u001f${parameters.run}`, OCF_RESKEY_run: undefined },
    { OCF_RESKEY_check_tcp: '80' },
    { OCF_RESKEY_check_command: 'tést ā Ё next' },
    { OCF_RESKEY_check_command: 'tést ā Ж\nnext' },
    { OCF_RESKEY_heartbeat_misses: '4' },
  ]) {
    t.is(await monitor(environment), slow, JSON.stringify(environment));
  }
  t.is(await monitor(), 0, 'it was still good');
});

test('a sight that is cut off, of another form, or past its time is no answer', async (t) => {
  const { monitor, show, sight, executor, supervisor, leader } = await scene(t);
  const uptime = Number(sight()[3]) - 10;
  const wrong: Record<string, Readonly<Record<number, string | number>>> = {
    'another version': { 0: 'vnfha-sight 2' },
    'no title': { 0: '' },
    ...Object.fromEntries(['1', '7', '9', '', '00', '08', '0 0', '-0', '0x0', '0;exit 0'].map((rc) => [`code '${rc}'`, { 4: rc }])), // prettier-ignore
    ...Object.fromEntries(
      [uptime - 1, 0, '', -1, '0x7fffffff', uptime + 600, 2 ** 31, 2 ** 32 + uptime + 5, `${2n ** 64n + BigInt(uptime) + 5n}`, `${uptime + 5}.9`, 'inf'].map((time) => [`until '${time}'`, { 3: time }]), // prettier-ignore
    ),
    ...Object.fromEntries(
      ['', '0 0', '-1 5', '4194303 5', 'self 5', 'net/.. 5', '. 5', '*'].map((who) => [`supervisor '${who}'`, { 1: who }]), // prettier-ignore
    ),
    ...Object.fromEntries(
      ['', '0 0', `${leader.pid} ${leader.startTime + 1}`, `${leader.pid}`, `${supervisor.pid} ${supervisor.startTime}`].map((who) => [`leader '${who}'`, { 2: who }]), // prettier-ignore
    ),
  };
  for (const [title, changes] of Object.entries(wrong)) {
    await show(sight(changes));
    t.is(await monitor(), slow, title);
  }
  const whole = sight().slice(0, 5).join('\n');
  for (let length = 0; length <= whole.length; length++) {
    await show([]);
    await executor.run(`printf %s ${quoted(whole.slice(0, length))} >${sightFile}`);
    t.is(await monitor(), slow, `cut off after ${length}`);
  }
  for (const make of ['rm -f', 'ln -sf /proc/self/mem', 'mkdir', 'head -c 5000 /dev/urandom >']) {
    await executor.run(`rm -rf ${sightFile}; ${make} ${sightFile}`);
    t.is(await monitor(), slow, make);
  }
  await executor.run(`rm -rf ${sightFile}`);
  await show();
  t.is(await monitor(), 0);
});

test('a sight counts after the pass of this executor, for this process and these parameters, and not before', async (t) => {
  const { monitor, show, executor, leader, node } = await scene(t);
  const good = passText({ executor: executor.pid, leader, parameters: texts(parameters) })!;
  const other = { ...leader, startTime: leader.startTime + 1 };
  const passes: [string, Partial<Pass> | string][] = [
    ['another executor', { executor: executor.pid + 1 }],
    ['another process', { leader: other }],
    ['no process', { leader: undefined }],
    ['other parameters', { parameters: texts({ ...parameters, name: 'other' }) }],
    ['less parameters', { parameters: texts({ name: 'web' }) }],
    ['empty', ''],
    ...['x=$((08))\n', "x='", 'if fi\n', '}\n', ') (\n', 'x=${y?no}\n', 'return 0\n', '\u0000\u0001', 'nonsense\n'].map(
      (text): [string, string] => [JSON.stringify(text), text],
    ),
    ...Array.from({ length: 8 }, (_, part): [string, string] => {
      const text = good.slice(0, Math.floor((good.length * part) / 8));
      return [`cut off after ${text.length}`, text];
    }),
  ];
  for (const [title, pass] of passes) {
    await show(undefined, pass);
    t.is(await monitor(), slow, title);
  }
  await show();
  t.is(await monitor(), 0);
  for (const make of [`touch -r ${passFile} ${sightFile}`, `touch ${passFile}`, `rm ${passFile}`]) {
    await show();
    await executor.run(make);
    t.is(await monitor(), slow, make);
  }
  for (const file of [passFile, sightFile]) {
    await show();
    await executor.run(`chown nobody ${file}`);
    t.is(await monitor(), slow, `${file} is somebody else's`);
    await executor.run(`rm ${file}`);
  }
  await show();
  const elsewhere = await startExecutor(node);
  const environment = Object.entries(parameters).map(([name, value]) => `OCF_RESKEY_${name}=${quoted(value)}`);
  const call = `PATH=/run/bin OCF_RESOURCE_INSTANCE=test OCF_RESKEY_CRM_meta_interval=10000 ${environment.join(' ')} ${agentDir}/vnfc monitor`; // prettier-ignore
  t.is((await executor.run(call)).code, 0);
  t.is((await elsewhere.run(call)).code, slow, 'Pacemaker was restarted');
});

test('a supervisor that is gone, a zombie, or another process by now is not believed', async (t) => {
  const { monitor, show, sight, start, executor, node, supervisor } = await scene(t);
  await show();
  t.is(await monitor(), 0);
  const later = await start();
  t.is(await monitor(), 0);
  await executor.run(`sed -i 's/^${supervisor.pid} .*/${later.pid} ${later.startTime}/' ${sightFile}; touch -r /proc/${later.pid} ${sightFile}`); // prettier-ignore
  t.is(await monitor(), slow, 'the pid is in use again');

  await show();
  await executor.run(`kill -KILL ${supervisor.pid}; while [ -e /proc/${supervisor.pid}/exe ]; do :; done`);
  t.is(await monitor(), slow, 'gone');
  const zombie = await makeZombie(executor, node);
  await show(sight({ 1: `${zombie.pid} ${zombie.startTime}` }));
  t.is(await monitor(), slow, 'a zombie');
});

test('a supervisor that is stopped is believed until its time is over, and not about who died', async (t) => {
  const { monitor, show, sight, executor, node, supervisor, leader } = await scene(t);
  await executor.run(`kill -STOP ${supervisor.pid}`);
  const uptime = () => Number(node.run('cat', '/proc/uptime').stdout.split(' ')[0]);
  const time = Math.floor(uptime()) + 3;
  await show(sight({ 3: time }));
  for (;;) {
    const before = uptime();
    const code = await monitor();
    if (uptime() < time) t.is(code, 0);
    if (before < time + 1) continue;
    t.is(code, slow);
    break;
  }
  await show();
  t.is(await monitor(), 0);
  await executor.run(`kill -KILL ${leader.pid}; while [ -e /proc/${leader.pid}/exe ]; do :; done`);
  t.is(await monitor(), slow);
});

test('an instance that is gone, a zombie, or another process by now is not healthy', async (t) => {
  const { monitor, show, sight, start, executor, node, leader } = await scene(t);
  const later = await start();
  const of = ({ pid, startTime }: Process) => sight({ 2: `${pid} ${startTime}` });
  await show(of(later), { leader: later });
  t.is(await monitor(), 0);
  await executor.run(`touch -r /proc/${later.pid} ${sightFile}; until [ ${sightFile} -nt ${passFile} ]; do touch -d "@$(($(stat -c %Y ${passFile}) - 10))" ${passFile}; done`); // prettier-ignore
  t.is(await monitor(), slow, 'the pid is in use again');

  const zombie = await makeZombie(executor, node);
  await show(of(zombie), { leader: zombie });
  t.is(await monitor(), slow, 'a zombie');
  await show();
  t.is(await monitor(), 0);
  await executor.run(`kill -KILL ${leader.pid}; while [ -e /proc/${leader.pid}/exe ]; do :; done`);
  t.is(await monitor(), slow, 'gone');
});

/** A process whose parent doesn't care. */
async function makeZombie(executor: Executor, node: LonelyNode): Promise<Process> {
  await executor.run("sh -c 'sleep 999 & echo $! >/run/zombie; exec sleep 1000' >/dev/null 2>&1 &");
  let pid = 0;
  await until('it runs, and its parent has said so', () => {
    pid = Number(node.run('cat', '/run/zombie').stdout);
    return pid > 0 && node.run('pgrep', '-x', '-f', 'sleep 999').code === 0;
  });
  node.run('kill', '-KILL', String(pid));
  const stat = () => node.run('cat', `/proc/${pid}/stat`).stdout.split(') ').at(-1)!.split(' ');
  await until('it is a zombie', () => stat()[0] === 'Z');
  return { pid, startTime: Number(stat()[19]) };
}

const goneFile = '/run/vnfha/gone/test';
const noteFile = '/run/vnfha/agents/test.json';

/** A dead process, as its agent noted it and the supervisor saw it. */
async function theDead({ executor, start }: Scene): Promise<Process> {
  const dead = await start();
  await executor.run(`kill -KILL ${dead.pid}; while [ -e /proc/${dead.pid}/exe ]; do :; done`);
  const note = JSON.stringify({ leader: dead, role: 'promoted', phase: 'running', agent: 'vnfc', parameters });
  await executor.run(`mkdir -p /run/vnfha/gone /run/vnfha/agents; printf '%s %s\\n' ${dead.pid} ${dead.startTime} >${goneFile}; printf %s ${quoted(note)} >${noteFile}`); // prettier-ignore
  return dead;
}

test('the dead is demoted, found and stopped without Node', async (t) => {
  const stage = await scene(t);
  const { call, monitor, node } = stage;
  await theDead(stage);
  const has = (file: string): boolean => node.run('test', '-e', file).code === 0;
  t.is(await call('demote'), 0);
  const begun = performance.now();
  t.is(await monitor({ OCF_RESKEY_CRM_meta_role: 'Unpromoted' }), 7);
  t.true(performance.now() - begun >= 500, 'not in the midst of the promotion');
  t.is(await monitor({ OCF_RESKEY_CRM_meta_role: 'Slave' }), 7);
  t.is(await call('stop', { OCF_RESKEY_promote: 'true' }), slow, 'a score is to be taken away');
  t.true(has(noteFile));
  t.is(await call('stop'), 0);
  t.false(has(noteFile));
  t.is(await call('stop'), slow, 'nothing is noted any more');
});

test('of the dead nothing else is said without Node, and of the living nothing', async (t) => {
  const stage = await scene(t);
  const { call, monitor, executor, leader, start } = stage;
  const dead = await theDead(stage);
  const ask = async () => [
    await call('demote'),
    await monitor({ OCF_RESKEY_CRM_meta_role: 'Unpromoted' }),
    await call('stop'),
  ];
  for (const action of ['start', 'promote', 'notify', 'validate-all']) t.is(await call(action), slow, action);
  t.is(await call('monitor'), slow, 'a probe');
  t.is(await call('monitor', { OCF_RESKEY_CRM_meta_interval: '0', OCF_RESKEY_CRM_meta_role: 'Unpromoted' }), slow);
  t.is(await monitor({ OCF_RESKEY_CRM_meta_role: 'Promoted' }), slow);
  t.is(await call('demote', { OCF_RESOURCE_INSTANCE: '../agents/test' }), slow);

  const note = JSON.stringify({ leader: dead, role: 'promoted' });
  const notes = {
    'another process': JSON.stringify({ leader: { ...dead, startTime: dead.startTime + 1 } }),
    'a longer pid': note.replace(`:${dead.pid},`, `:${dead.pid}1,`),
    'a parameter that looks like it': JSON.stringify({ parameters: { leader: { ...dead } } }),
    'a text that looks like it': JSON.stringify({ x: note }),
    'cut off': note.slice(0, -1),
    empty: '',
  };
  for (const [title, text] of Object.entries(notes)) {
    await executor.run(`printf %s ${quoted(text)} >${noteFile}`);
    t.deepEqual(await ask(), [slow, slow, slow], title);
  }
  await executor.run(`printf %s ${quoted(note)} >${noteFile}`);
  for (const text of [
    '',
    `${dead.pid}`,
    `${dead.pid} `,
    `${dead.pid} ${dead.startTime} 1`,
    `* ${dead.startTime}`,
    `${dead.pid} x`,
    `.. ..`,
  ]) {
    await executor.run(`printf '%s\\n' ${quoted(text)} >${goneFile}`);
    t.deepEqual(await ask(), [slow, slow, slow], text);
  }
  await executor.run(`printf '%s %s\\n' ${dead.pid} ${dead.startTime} >${goneFile}; chown nobody ${goneFile}`);
  t.deepEqual(await ask(), [slow, slow, slow], 'somebody else says so');
  await executor.run(`chown root ${goneFile}`);
  t.is(await call('demote'), 0);

  // what would be a lie of the supervisor: it lives
  await executor.run(`printf '%s %s\\n' ${leader.pid} ${leader.startTime} >${goneFile}; printf %s ${quoted(JSON.stringify({ leader }))} >${noteFile}`); // prettier-ignore
  t.deepEqual(await ask(), [slow, slow, slow]);
  t.truthy((await start()).pid);
});
