/** Asks the hosts on a network interface's segment who has an address. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../process/failure.ts';
import type { Sockets } from '../process/sockets.ts';
import { ownerBy, questionFor } from './question.ts';

/** A host answers such a question at once; that it is asked twice is for a network that loses one packet. */
const questions = 2;
const lookMs = 10;

export interface Asked {
  /** The Ethernet address of who asks. */
  readonly own: string;
  /** The Ethernet addresses of other hosts that have it, as 52:54:00:12:34:56. */
  readonly owners: readonly string[];
  /** Why it couldn't be asked. */
  readonly problem?: string;
}

/** Asks for `ms` who else has `address`, or until somebody answers. Changes nothing, here or elsewhere. Never throws. */
export async function whoElseHas(address: string, nic: string, ms: number, sockets: Sockets): Promise<Asked> {
  let own = '';
  try {
    const link = (file: string): string => readFileSync(`/sys/class/net/${nic}/${file}`, 'latin1').trim();
    own = link('address');
    const { protocol, packet, to } = questionFor(address, Buffer.from(own.replaceAll(':', ''), 'hex'));
    const socket = sockets.packet(Number(link('ifindex')), protocol);
    if (!('close' in socket)) return { own, owners: [], problem: socket.message };
    const owners = new Set<string>();
    try {
      for (let asked = 0; asked < questions && owners.size === 0; asked += 1) {
        const error = socket.send(packet, to);
        if (error !== undefined) return { own, owners: [], problem: error.message };
        const until = performance.now() + ms / questions;
        do {
          await sleep(lookMs);
          const received = socket.receive();
          if ('errno' in received) return { own, owners: [], problem: received.message };
          for (const { data, from } of received) {
            const owner = ownerBy(data, from, address)?.toString('hex').match(/../g)?.join(':');
            if (owner !== undefined && owner !== own) owners.add(owner);
          }
        } while (performance.now() < until && owners.size === 0);
      }
    } finally {
      socket.close();
    }
    return { own, owners: [...owners] };
  } catch (error) {
    return { own, owners: [], problem: messageOf(error) };
  }
}
