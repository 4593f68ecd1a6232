import test from 'ava';
import { parseInfo, parseServersState, parseStat, splitReplies } from '../../../src/haproxy/replies.ts';
import { Failure } from '../../../src/process/failure.ts';

const malformed = { instanceOf: Failure, message: /malformed/ };

test('replies are told apart by their empty lines, silence is a reply', (t) => {
  t.deepEqual(splitReplies('\nNo such server.\n\n\n', 3), ['', 'No such server.', '']);
  t.deepEqual(splitReplies('a: 1\nb: 2\n\n1\n# x\n\n', 2), ['a: 1\nb: 2', '1\n# x']);
});

test('a reply that is cut short, missing or too many is malformed', (t) => {
  for (const [text, count] of [
    ['', 1],
    ['Name: HAProxy\nPid: 77', 1],
    ['Name: HAProxy\nPid: 77\n', 1],
    ['\n', 2],
    ['\n\n\n', 2],
  ] as const) {
    t.throws(() => splitReplies(text, count), malformed, JSON.stringify(text));
  }
});

test('show info gives the process', (t) => {
  const reply = 'Name: HAProxy\nVersion: 2.6.12-1+deb12u3\nPid: 7405\nUptime: 0d 0h00m01s\nUptime_sec: 1\nnode: vm';
  t.deepEqual(parseInfo(reply), { pid: 7405, version: '2.6.12-1+deb12u3' });
  t.throws(() => parseInfo('Name: HAProxy'), malformed);
  t.throws(() => parseInfo(reply.replace('7405', 'many')), malformed);
});

const columns =
  'be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight srv_time_since_last_change ' +
  'srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state bk_f_forced_id srv_f_forced_id srv_fqdn srv_port';
const state = (flags: number | string): string =>
  `1\n# ${columns}\n3 tel-web 1 n1 127.0.0.1 0 ${flags} 1 1 0 8 2 0 6 0 0 0 - 18081`;

test('show servers state gives what is wanted of a server, by its flags', (t) => {
  const admin = (flags: number) => parseServersState(state(flags))[0]!.admin;
  t.is(admin(0), 'ready');
  t.is(admin(1), 'maint');
  t.is(admin(5), 'maint', 'disabled in the file');
  t.is(admin(4), 'ready', 'was disabled in the file');
  t.is(admin(8), 'drain');
  t.is(admin(9), 'maint');
  t.deepEqual(parseServersState(state(0)), [
    { backend: 'tel-web', server: 'n1', address: '127.0.0.1', port: 18081, admin: 'ready' },
  ]);
});

test('show servers state without servers is empty, with other things malformed', (t) => {
  t.deepEqual(parseServersState(`1\n# ${columns}`), []);
  for (const reply of ['', '2\n# be_id', "Can't find backend.", state('x'), `1\n# ${columns}\n3 tel-web 1`]) {
    t.throws(() => parseServersState(reply), malformed, reply);
  }
});

test('show stat gives HAProxy’s words about a server', (t) => {
  const header = '# pxname,svname,scur,status,lastchg,check_status,last_chk,';
  const rows = ['b,n1,3,MAINT,12,L4OK,,', 'b,n2,0,UP 1/2,0,INI,"said ""no, thanks""",', 'b,n3,0,no check,,,,'];
  t.deepEqual(
    parseStat([header, ...rows].join('\n')).map(({ server, status, sessions, lastChangeSec }) => [
      server,
      status,
      sessions,
      lastChangeSec,
    ]),
    [
      ['n1', 'MAINT', 3, 12],
      ['n2', 'UP 1/2', 0, 0],
      ['n3', 'no check', 0, undefined],
    ],
  );
  t.throws(() => parseStat('Permission denied'), malformed);
  t.throws(() => parseStat(header + '\nb,n1'), malformed);
  t.throws(() => parseStat(header + '\nb,n1,many,UP,1,x,x,'), malformed);
});
