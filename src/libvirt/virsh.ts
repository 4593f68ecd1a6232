/** virsh on this node's system libvirt: the one door, each answer of a known kind. */
import { Failure } from '../process/failure.ts';
import { run } from '../process/run.ts';

export type VirshAnswer =
  | { readonly is: 'done'; readonly stdout: string }
  /** Nobody listens: libvirtd is down, or being restarted. Nothing was done. */
  | { readonly is: 'unreachable'; readonly why: string }
  /** No answer in time, or the daemon died in the midst of it: whether it is done, or will be, nobody knows. */
  | { readonly is: 'unknown'; readonly why: string }
  | { readonly is: 'no-domain'; readonly why: string }
  | { readonly is: 'refused'; readonly why: string };

/**
 * Runs `virsh ARGS` for at most `timeoutMs`.
 * @throws Failure 'missing': virsh isn't installed
 */
export async function virsh(args: readonly string[], timeoutMs: number): Promise<VirshAnswer> {
  try {
    const { code, stdout, stderr } = await run('virsh', ['--quiet', '--connect', 'qemu:///system', ...args], {
      timeout: Math.max(1, Math.floor(timeoutMs)),
      env: { LC_ALL: 'C' },
      accept: [0, 1],
    });
    return code === 0 ? { is: 'done', stdout } : readVirshError(stderr);
  } catch (error) {
    if (!(error instanceof Failure) || error.kind === 'missing') throw error;
    return { is: 'unknown', why: error.message };
  }
}

/** Reads what virsh says (in the C locale) when it fails. */
export function readVirshError(stderr: string): VirshAnswer {
  const why = [...stderr.matchAll(/^error: (.*)$/gm)].map(([, line]) => line!.trim()).join('; ') || stderr.trim();
  if (/failed to connect to the hypervisor/i.test(why)) return { is: 'unreachable', why };
  if (/failed to get domain|no domain with matching name/i.test(why)) return { is: 'no-domain', why };
  if (/end of file while reading|client socket is closed|connection (reset|closed)|broken pipe|disconnected from/i.test(why)) return { is: 'unknown', why }; // prettier-ignore
  return { is: 'refused', why };
}
