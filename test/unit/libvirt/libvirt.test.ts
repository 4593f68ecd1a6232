/** What is read of libvirt and QEMU: texts as Debian's libvirt 9.0 and QEMU 7.2 write them. */
import test from 'ava';
import { parseDomainStatus } from '../../../src/libvirt/domain-status.ts';
import { readDomainXml } from '../../../src/libvirt/domain-xml.ts';
import { guestIn } from '../../../src/libvirt/qemu.ts';
import { readVirshError } from '../../../src/libvirt/virsh.ts';

test("libvirt's note of a domain", (t) => {
  const note = (head: string): string =>
    `<!--\nWARNING: THIS IS AN AUTO-GENERATED FILE.\n-->\n\n${head}\n  <taint flag='x'/>\n`;
  t.deepEqual(parseDomainStatus(note("<domstatus state='running' reason='booted' pid='97'>")), {
    state: 'running',
    reason: 'booted',
    pid: 97,
  });
  t.like(parseDomainStatus(note("<domstatus state='paused' reason='I/O error' pid='4194304'>")), {
    reason: 'I/O error',
  });
  for (const none of [
    "<domstatus state='running' reason='booted'>",
    "<domstatus state='running' pid='0'>",
    '<domain/>',
    '',
  ]) {
    t.is(parseDomainStatus(note(none)), undefined, none);
  }
});

test('the guest in a command line of QEMU', (t) => {
  const line = (...words: string[]): string => ['/usr/bin/qemu-system-x86_64', ...words, ''].join('\0');
  t.is(guestIn(line('-name', 'guest=web,debug-threads=on', '-S')), 'web');
  t.is(guestIn(line('-name', 'guest=web')), 'web');
  t.is(guestIn(line('-name', 'guest=a,,b,debug-threads=on')), 'a,b');
  t.is(guestIn(line('-append', 'guest=web,debug-threads=on')), undefined, 'an argument of another option');
  t.is(guestIn(line('-name', 'web')), undefined);
  t.is(guestIn('vim\0-name guest=web\0'), undefined);
  t.is(guestIn(''), undefined);
});

test("an operator's domain XML", (t) => {
  const channel =
    "<devices><channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel></devices>";
  t.deepEqual(readDomainXml('<domain><!-- <name>a</name> --><title>x</title><name> web </name></domain>', 'web.xml'), {
    name: 'web',
    hasAgentChannel: false,
  });
  t.true(readDomainXml(`<domain><name>web</name>${channel}</domain>`, 'web.xml').hasAgentChannel);
  t.throws(() => readDomainXml('<network><name>web</name></network>', 'web.xml'), {
    message: /web\.xml: <domain> was/,
  });
  t.throws(() => readDomainXml('<domain><metadata><name>web</name></metadata></domain>', 'web.xml'), {
    message: /no <name>/,
  });
  t.throws(() => readDomainXml('<domain>', 'web.xml'), { message: /web\.xml:1: not well-formed/ });
});

test('what virsh says when it fails', (t) => {
  for (const [is, stderr] of [
    ['unreachable', "error: failed to connect to the hypervisor\nerror: Failed to connect socket to '/var/run/libvirt/libvirt-sock': Connection refused\n"], // prettier-ignore
    ['no-domain', "error: failed to get domain 'web'\n"],
    [
      'unknown',
      'error: Failed to create domain from web.xml\nerror: End of file while reading data: Input/output error\n',
    ],
    ['unknown', 'error: Disconnected from qemu:///system due to end of file\n'],
    ['refused', "error: Failed to create domain from web.xml\nerror: operation failed: domain 'web' already exists with uuid 1\n"], // prettier-ignore
    ['refused', ''],
  ] as const) {
    t.is(readVirshError(stderr).is, is, stderr);
  }
});
