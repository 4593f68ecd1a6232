/** The active instance in its group: one stream of writes for all, and for each that lacks something its own catch-up in between. */
import { messageOf } from '../process/failure.ts';
import type { Log } from '../process/log.ts';
import { type CatchUp, collect, createCatchUp } from './catch-up.ts';
import type { Begun, Lead } from './channel.ts';
import type { CopyStatus } from './status.ts';
import type { Reign } from './follower.ts';
import { framesOf, type Mail } from './mail.ts';
import { type Asking, askMs, createAsking } from './messages-asking.ts';
import { createFetching, type Fetching } from './messages-fetch.ts';
import type { Post } from './post.ts';
import { type Copy, majorityOf } from './promotion.ts';
import { type Snapshot, StaleEpoch, type Version } from './types.ts';
import { decodeAnswer, encodeSent, type WireAnswer } from './wire.ts';

export interface Active {
  begin(reign: Reign, enough: (copies: readonly Copy[]) => boolean): Promise<Begun>;
  fetch(copy: string): Promise<Snapshot>;
  lead(lead: Lead): void;
  wake(): void;
  rest(): void;
  status(): CopyStatus[];
  /** An answer to this one, or how far one is. */
  take(mail: Mail, from: string): void;
  /** Something that this one sent was lost. */
  lost(from: string): void;
  /** What this one sent has come back, up to there. */
  returned(at: number, version: Version | undefined): void;
  view(view: { readonly joined: readonly string[]; readonly left: readonly string[]; readonly began: boolean }): void;
  /** Nobody is there. */
  reset(why: string): void;
  tick(): void;
}

/** A process in the group. */
interface Peer {
  /** The instance that it is; undefined until it has taken a reign. */
  name: string | undefined;
  promised: boolean;
  has: { readonly version: Version; readonly blank: boolean } | undefined;
  /** What it has confirmed in this reign. */
  version: Version | undefined;
  /** How many of the bytes sent it has dealt with. */
  taken: number;
  /** When it was last heard of, or began to owe an answer. */
  heard: number;
  /** When it last dealt with something, or began to owe: who says much and does nothing is as good as silent. */
  went: number;
  catchUp: CatchUp | undefined;
  /** Bytes sent before its catch-up began, and when it was over: an older complaint is about what has come since. */
  from: number;
  until: number;
  asked: number;
}

const MiB = 2 ** 20;
/** Bytes under way: not yet back here; not dealt with by one that is there; and by one that gets no further. */
const most = { own: 2 * MiB, slow: 8 * MiB, silent: 256 * MiB };
/** ms without progress of one that owes an answer; before what was sent counts as lost; between two asks. */
const times = { silent: 2000, lost: 3000, again: 2000 };

export function createActive(post: Post, node: string, instances: readonly string[], log: Log): Active {
  const names = instances.filter((name) => name !== node);
  const peers = new Map<string, Peer>();
  let reign: Reign | undefined;
  let lead: Lead | undefined;
  /** A promotion that waits for its answers. */
  let asking: Asking | undefined;
  /** Bytes sent when the reign had been announced to all. */
  let announcedAt: number | undefined;
  let cursor: Version | undefined;
  let sent = 0;
  let back = 0;
  let backAt = 0;
  let backVersion: Version | undefined;
  let pumping = false;
  let catchingUp = false;
  let fetching: Fetching | undefined;
  let problem: string | undefined;

  const owes = (peer: Peer): number => sent - peer.taken;
  const silent = (peer: Peer): boolean => owes(peer) > 0 && performance.now() - peer.went > times.silent;
  const following = (): [string, Peer][] => [...peers].filter(([, { promised }]) => promised);
  const peerOf = (name: string): [string, Peer] | undefined => following().find(([, peer]) => peer.name === name);
  const enoughHere = (): boolean => new Set(following().map(([, { name }]) => name)).size + 1 >= majorityOf(instances.length); // prettier-ignore

  function add(id: string): Peer {
    const peer: Peer = { name: undefined, promised: false, has: undefined, version: undefined, taken: sent, heard: performance.now(), went: performance.now(), catchUp: undefined, from: 0, until: 0, asked: 0 }; // prettier-ignore
    peers.set(id, peer);
    return peer;
  }

  async function send(frames: readonly Buffer[], to?: readonly string[], version?: Version): Promise<void> {
    const now = performance.now();
    if (sent === back) backAt = now;
    for (const peer of peers.values()) if (owes(peer) === 0) peer.heard = peer.went = now;
    sent += lengthOf(frames);
    await post.send({ from: node, kind: 'sent', to, at: sent, version }, frames);
  }

  /** Has these take the reign, or all. */
  function announce(to?: readonly string[]): void {
    if (reign === undefined || post.self === undefined) return;
    const now = performance.now();
    for (const id of to ?? peers.keys()) peers.get(id)!.asked = now;
    send([encodeSent({ type: 'begin', ...reign })], to).catch(unsent);
    if (to === undefined) announcedAt = sent;
  }

  const unsent = (error: unknown): void => log.warn('unsent', { kind: 'sent', why: messageOf(error) });

  function roomy(): boolean {
    if (sent - back >= most.own) return false;
    for (const peer of peers.values()) if (owes(peer) >= (silent(peer) ? most.silent : most.slow)) return false;
    return true;
  }

  function plan(peer: Peer): void {
    if (lead === undefined || peer.has === undefined) return;
    peer.catchUp = createCatchUp(lead, peer.has.blank ? undefined : peer.has.version);
    peer.from = sent;
    if (peer.catchUp.whole) log.info('resync', { peer: peer.name, version: lead.backlog.newest });
  }

  /** What goes next: the stream and the catch-ups take turns. */
  function nextMail(from: Lead): { frames: readonly Buffer[]; to?: string[]; version?: Version } | undefined {
    catchingUp = !catchingUp;
    return catchingUp ? (nextCatchUp() ?? nextOfStream(from)) : (nextOfStream(from) ?? nextCatchUp());
  }

  function nextOfStream(from: Lead): ReturnType<typeof nextMail> {
    const some = following().length === 0 ? 'gone' : collect(from, cursor!);
    if (some === 'gone') {
      cursor = from.backlog.newest;
      for (const [, peer] of following()) plan(peer);
      return undefined;
    }
    cursor = some.last;
    return some.frames.length > 0 ? { frames: some.frames, version: some.last } : undefined;
  }

  function nextCatchUp(): ReturnType<typeof nextMail> {
    for (const [id, peer] of following()) {
      if (peer.catchUp === undefined) continue;
      const { frames, done } = peer.catchUp.next(cursor!);
      if (done) {
        peer.catchUp = undefined;
        peer.until = sent + lengthOf(frames);
      }
      if (frames.length === 0) continue;
      // the next one's turn
      peers.delete(id);
      peers.set(id, peer);
      return { frames, to: [id] };
    }
    return undefined;
  }

  async function pump(): Promise<void> {
    if (pumping) return;
    pumping = true;
    try {
      while (lead !== undefined && post.self !== undefined && roomy()) {
        const next = nextMail(lead);
        if (next === undefined) return;
        await send(next.frames, next.to, next.version);
      }
    } catch (error) {
      unsent(error); // it is missed when it doesn't come back
    } finally {
      pumping = false;
    }
  }

  /** Whatever has been confirmed counts only where most instances are. */
  function confirm(): void {
    if (lead === undefined || !enoughHere()) return;
    for (const [, { name, version }] of following()) if (version !== undefined) lead.acked(name!, version.sequence);
  }

  function answered(id: string, peer: Peer, answer: WireAnswer, { head }: Mail): void {
    switch (answer.type) {
      case 'stale':
        asking?.answered(id, new StaleEpoch(answer.epoch));
        lead?.stale(answer.epoch);
        return;
      case 'promise': {
        if (answer.epoch !== reign!.epoch) return;
        if (!names.includes(head.from)) return log.warn('peer-refused', { peer: head.from, member: id, why: 'no other instance of ours' }); // prettier-ignore
        peer.name = head.from;
        peer.promised = true;
        peer.has = { version: answer.version, blank: answer.holding === 'blank' };
        asking?.answered(id, { node: head.from, version: answer.version, holding: answer.holding });
        plan(peer);
        confirm();
        return void pump();
      }
      case 'behind': {
        if (!peer.promised || answer.epoch !== reign!.epoch) return;
        const about = head.taken ?? 0;
        if (head.again === true ? about <= peer.from : peer.catchUp !== undefined || about <= peer.until) return;
        // with nothing of a state, whatever it had: what came in parts had a hole
        peer.has = {
          version: answer.version,
          blank: head.again === true || (peer.version === undefined && peer.has!.blank),
        };
        plan(peer);
        return void pump();
      }
      case 'whole':
        return fetching?.take(id, answer.part);
      case 'ack': // is in the head here
    }
  }

  return {
    begin(next, enough) {
      reign = next;
      lead = undefined;
      for (const peer of peers.values()) Object.assign(peer, { promised: false, has: undefined, version: undefined, catchUp: undefined, from: sent, until: sent }); // prettier-ignore
      announcedAt = undefined;
      const mine = createAsking({
        names,
        enough,
        // whoever was there when it was announced has answered, or is gone
        allHeard: (heard) =>
          announcedAt !== undefined && back >= announcedAt && [...peers.keys()].every((id) => heard.has(id)),
        why: () => problem ?? post.problem ?? `no answer within ${askMs} ms, or not in the group`,
        over() {
          if (asking === mine) asking = undefined;
        },
      });
      asking = mine;
      announce();
      return mine.begun;
    },
    fetch(copy) {
      const found = peerOf(copy);
      if (found === undefined || reign === undefined) return Promise.reject(new Error(`${copy} is not in the group`));
      fetching?.fail('asked again');
      const [id] = found;
      return new Promise<Snapshot>((resolve, reject) => {
        fetching = createFetching(id, resolve, (why) => reject(new Error(`${copy}: ${why}`)));
        send([encodeSent({ type: 'fetch', ...reign! })], [id]).catch((error: unknown) => fetching?.fail(messageOf(error))); // prettier-ignore
      }).finally(() => (fetching = undefined));
    },
    lead(next) {
      lead = next;
      cursor = next.backlog.newest;
      backVersion = undefined;
      for (const [, peer] of following()) plan(peer);
      void pump();
    },
    wake: () => void pump(),
    rest() {
      reign = lead = undefined;
      asking = undefined;
      fetching?.fail('the promotion was given up');
      for (const peer of peers.values()) peer.promised = false;
    },
    status: () =>
      names.map((copy) => {
        const peer = peerOf(copy)?.[1];
        if (peer === undefined) return { copy, connected: false, problem: problem ?? (reign === undefined ? undefined : 'not in the group') }; // prettier-ignore
        const { version } = peer;
        if (silent(peer)) return { copy, connected: false, version, problem: `gets no further, with ${owes(peer)} bytes not dealt with` }; // prettier-ignore
        if (!enoughHere()) return { copy, connected: false, version, problem: 'less than half of the instances are in the group' }; // prettier-ignore
        return { copy, connected: true, version };
      }),
    lost: (from) => fetching?.lost(from),
    take(mail, from) {
      const peer = peers.get(from);
      if (peer === undefined || reign === undefined) return;
      const { head, body } = mail;
      peer.heard = performance.now();
      if ((head.taken ?? 0) > peer.taken) {
        peer.taken = head.taken!;
        peer.went = peer.heard;
      }
      if (head.version !== undefined && head.version.epoch === reign.epoch && peer.promised) {
        peer.version = head.version;
        confirm();
      }
      for (const frame of framesOf(body)) answered(from, peer, decodeAnswer(frame), mail);
      void pump();
    },
    returned(at, version) {
      back = at;
      backAt = performance.now();
      if (version !== undefined) backVersion = version;
      asking?.look();
      void pump();
    },
    view({ joined, left, began }) {
      problem = undefined;
      for (const id of left) {
        peers.delete(id);
        fetching?.lost(id);
      }
      for (const id of joined) add(id);
      asking?.look();
      if (began) announce();
      else if (joined.length > 0) announce(joined);
      void pump();
    },
    reset(why) {
      problem = why;
      peers.clear();
      back = sent;
      fetching?.fail(why);
    },
    tick() {
      if (reign === undefined || post.self === undefined) return;
      const now = performance.now();
      if (sent > back && now - backAt > times.lost) {
        log.warn('lost', { bytes: sent - back, version: backVersion });
        back = sent;
        if (lead !== undefined) cursor = backVersion ?? lead.backlog.newest;
        announce();
      }
      // whoever has not answered, or is not where it should be and says nothing: ask again
      const late = [...peers].filter(([, peer]) => now - peer.asked > times.again && (!peer.promised || (now - peer.heard > times.again && (owes(peer) > 0 || lacks(peer))))); // prettier-ignore
      if (late.length > 0) announce(late.map(([id]) => id));
      void pump();
    },
  };

  function lacks({ version, catchUp }: Peer): boolean {
    if (lead === undefined || cursor === undefined || catchUp !== undefined) return false;
    return version === undefined || version.sequence < cursor.sequence;
  }
}

const lengthOf = (frames: readonly Buffer[]): number => frames.reduce((sum, { length }) => sum + length, 0);
