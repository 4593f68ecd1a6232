/**
 * The planned end of an address that HAProxy serves, without a request lost: whoever wants a new connection waits (its first packet is
 * dropped, and TCP sends it again after a second, by when the next owner has the address), HAProxy's present worker closes what idles and
 * ends the others with their answers ('reload': HAProxy management guide, 'Master-worker mode'), and its end is waited for.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { endEstablished, established } from '../process/connections.ts';
import { run } from '../process/run.ts';
import { reloadHaproxy } from './master.ts';

export interface Drain {
  /** IPv4 or IPv6. */
  readonly address: string;
  /** Name of the nftables table that holds new connections back: `release` takes it away. */
  readonly table: string;
  /** HAProxy's master socket. */
  readonly master: string;
  /** For the reload, and then for the connections to end, each. */
  readonly withinMs: number;
}

const pollMs = 10;

/** New connections to the address wait from now on. @throws Failure 'missing' (nft), 'permission', 'unexpected' (the kernel refuses) */
export async function holdBack({ address, table }: Drain): Promise<void> {
  const family = address.includes(':') ? 'ip6' : 'ip';
  const rule = `${family} daddr ${address} tcp flags & (syn | ack) == syn drop`;
  const input = `table inet ${table} {\n  chain hold {\n    type filter hook input priority 0;\n    ${rule}\n  }\n}\n`;
  await run('nft', ['-f', '-'], { input, timeout: 1000 });
}

/**
 * Has the connections to the address end. Those that are used end with an answer; who uses theirs for nothing, or for longer than
 * `withinMs`, is told so at the end (a reset), while HAProxy still has the address to say it. Resolves with how many these were.
 * `holdBack` comes before.
 * @throws Failure as reloadHaproxy, or of ss
 */
export async function drain({ address, master, withinMs }: Drain): Promise<number> {
  await reloadHaproxy(master, withinMs);
  const until = performance.now() + withinMs;
  for (;;) {
    const left = await established('src', address);
    if (left === 0) return 0;
    if (performance.now() > until) return endEstablished('src', address);
    await sleep(pollMs);
  }
}
