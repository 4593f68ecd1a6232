/** A member of the group that follows: it deals with what active instances send, in the order of the group, and says how far it is. */
import { messageOf } from '../process/failure.ts';
import type { Log } from '../process/log.ts';
import type { Receive } from './channel.ts';
import type { Sent } from './follower.ts';
import { framesOf, type Mail, type MailHead } from './mail.ts';
import type { Post } from './post.ts';
import type { Snapshot, Version } from './types.ts';
import { decodeSent, encodeAnswer, encodePart, partsOf } from './wire.ts';

export interface Member {
  /** What an active instance sent; or anything of it, before which something was lost. */
  take(mail: Mail, from: string, lost: boolean): void;
  /** What this one said how far it is has come back: there is room for more. */
  returned(): void;
  left(id: string): void;
  /** Nobody is there. */
  reset(): void;
  /** Every now and then: says again what was lost. */
  tick(): void;
}

interface Sender {
  /** Whether the state that it sends has come without a hole so far. */
  whole: boolean;
  /** When it was told last that something is missing here. */
  askedAt: number | undefined;
  taken: number;
  /** Of the state here, when it was last the sender's. */
  version: Version | undefined;
}

/** ms after which what was said is taken for lost. */
const times = { asked: 3000, flying: 2000 };

export function createMember(post: Post, node: string, receive: Receive, log: Log): Member {
  const senders = new Map<string, Sender>();
  /** To whom to say how far this one is. */
  const due = new Set<string>();
  let queue: { mail: Mail; from: string; lost: boolean }[] = [];
  let draining = false;
  let flying: number | undefined;

  function send(head: Omit<MailHead, 'from'>, frames?: readonly Buffer[]): Promise<void> {
    return post.send({ from: node, ...head }, frames).catch((error: unknown) => {
      log.warn('unsent', { kind: head.kind, why: messageOf(error) });
    });
  }

  /** One at a time is on its way: what comes meanwhile is said together. */
  function say(): void {
    if (flying !== undefined || post.self === undefined) return;
    for (const to of due) {
      flying = performance.now();
      const { taken, version } = senders.get(to)!;
      void send({ kind: 'taken', to: [to], taken, version });
    }
    due.clear();
  }

  function behind(to: string, sender: Sender, epoch: number, version: Version, again?: true): void {
    const now = performance.now();
    if (sender.askedAt !== undefined && now - sender.askedAt < times.asked) return;
    sender.askedAt = now;
    const frame = encodeAnswer({ type: 'behind', epoch, version });
    void send({ kind: 'answer', to: [to], taken: sender.taken, again }, [frame]);
  }

  async function deal(sent: Sent, from: string, sender: Sender): Promise<void> {
    if (sent.type === 'state') {
      const { first, version } = sent.part;
      if (first) {
        sender.whole = true;
        sender.askedAt = undefined;
      }
      if (!sender.whole) return behind(from, sender, sent.epoch, version, true);
    }
    const answer = await receive(sent);
    switch (answer?.type) {
      case undefined:
        return;
      case 'ack':
        sender.askedAt = undefined;
        sender.version = answer.version;
        return;
      case 'behind':
        return behind(from, sender, answer.epoch, answer.version);
      case 'whole':
        return sendWhole(from, sent, answer.snapshot);
      case 'promise':
        sender.askedAt = undefined;
        await send({ kind: 'answer', to: [from], taken: sender.taken }, [encodeAnswer(answer)]);
        return;
      case 'stale':
        await send({ kind: 'answer', to: [from], taken: sender.taken }, [encodeAnswer(answer)]);
    }
  }

  async function sendWhole(to: string, reign: Sent, snapshot: Snapshot): Promise<void> {
    for (const part of partsOf(snapshot)) {
      if (!post.others.has(to)) return;
      await send({ kind: 'answer', to: [to] }, [encodePart('whole', reign, part)]);
    }
  }

  async function drain(): Promise<void> {
    if (draining) return;
    draining = true;
    while (queue.length > 0) {
      const some = queue;
      queue = [];
      for (const { mail, from, lost } of some) await open(mail, from, lost);
      say();
    }
    draining = false;
  }

  async function open({ head, body }: Mail, from: string, lost: boolean): Promise<void> {
    const sender = senders.get(from) ?? { whole: false, askedAt: undefined, taken: 0, version: undefined };
    senders.set(from, sender);
    if (lost) sender.whole = false;
    if (head.kind !== 'sent') return;
    sender.taken = head.at ?? sender.taken;
    try {
      if (head.to === undefined || (post.self !== undefined && head.to.includes(post.self)))
        for (const frame of framesOf(body)) {
          const sent = decodeSent(frame);
          if (sent.by !== head.from) throw new Error(`it speaks for ${sent.by}`);
          await deal(sent, from, sender);
        }
    } catch (error) {
      log.warn('mail-refused', { from: head.from, member: from, why: messageOf(error) });
      sender.whole = false;
    }
    if (senders.get(from) === sender) due.add(from);
  }

  return {
    take(mail, from, lost) {
      queue.push({ mail, from, lost });
      void drain();
    },
    returned() {
      flying = undefined;
      say();
    },
    left(id) {
      senders.delete(id);
      due.delete(id);
    },
    reset() {
      senders.clear();
      due.clear();
      flying = undefined;
    },
    tick() {
      if (flying === undefined || performance.now() - flying < times.flying) return;
      flying = undefined;
      for (const id of senders.keys()) due.add(id);
      say();
    },
  };
}
