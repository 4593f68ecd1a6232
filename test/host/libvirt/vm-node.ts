/**
 * A node with a libvirtd of its own and a guest for it: real QEMU, by software emulation (the machine of a test may have no KVM, or one that
 * doesn't run guests). Everything is in namespaces; one SIGKILL ends all of it.
 */
import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { lonelyNode, type LonelyNode, until } from '../corosync/lonely-node.ts';

const guest = resolve('node_modules/.cache/vnfha-guest');

export interface VmNode extends LonelyNode {
  readonly startLibvirtd: () => Promise<void>;
  /** Signals it ('KILL', 'STOP', 'CONT'); after KILL it is waited for until it is gone. */
  readonly signalLibvirtd: (signal: string) => Promise<void>;
  /** QEMU's process; undefined: none runs. */
  readonly qemu: () => number | undefined;
  readonly virsh: (...args: string[]) => { code: number | null; stdout: string; stderr: string };
}

/** Makes the node, with a libvirtd that answers. `shared`: a directory in which others find its libvirt's sockets. */
export async function vmNode(shared?: string): Promise<VmNode> {
  execFileSync('scripts/guest', [guest], { stdio: ['ignore', 'ignore', 'inherit'] });
  const node = await lonelyNode();
  const must = (program: string, ...args: string[]): string => {
    const { code, stdout, stderr } = node.run(program, ...args);
    if (code !== 0) throw new Error(`${program}: ${code}: ${stderr}`);
    return stdout;
  };
  if (shared !== undefined) must('sh', '-ec', 'mkdir -p "$0" /run/libvirt; mount --bind "$0" /run/libvirt', shared);
  must(resolve('scripts/libvirt-node'), guest);
  const virsh = (...args: string[]) => node.run('virsh', '-q', '-c', 'qemu:///system', ...args);
  return {
    ...node,
    async startLibvirtd() {
      must('libvirtd', '-d', '-p', '/run/libvirtd.pid');
      await until('libvirtd answers', () => virsh('list').code === 0);
    },
    async signalLibvirtd(signal) {
      const pid = must('cat', '/run/libvirtd.pid').trim();
      must('kill', `-${signal}`, pid);
      if (signal === 'KILL') await until('libvirtd is gone', () => node.run('kill', '-0', pid).code !== 0);
    },
    qemu() {
      const { stdout } = node.run('pgrep', '-f', '^/usr/bin/qemu-system-x86_64 -name guest=guest,');
      return stdout === '' ? undefined : Number(stdout);
    },
    virsh,
  };
}
