/** A CPG group as a post office: mails of any size, whoever is there, and what was lost on the way. */
import { connectGroup } from '../corosync/group.ts';
import { messageOf } from '../process/failure.ts';
import type { Log } from '../process/log.ts';
import { cutMail, createMailReader, isPiece, type Mail, type MailHead, type MailReader } from './mail.ts';

/** A process in the group: NODEID.PID. */
type MemberId = string;

export interface PostListener {
  /** In the same order at every member; `own`: this one sent it. */
  mail(mail: Mail, from: MemberId, how: { readonly own: boolean; readonly lost: boolean }): void;
  /** Who is there now, the others only, and who of them came or left; `began`: this one has just joined. */
  view(view: {
    readonly joined: readonly MemberId[];
    readonly left: readonly MemberId[];
    readonly began: boolean;
  }): void;
  /** Corosync is away: nobody is there until the next view. */
  down(why: string): void;
}

export interface Post {
  /** This process; undefined while it isn't in the group. */
  readonly self: MemberId | undefined;
  /** Why it isn't. */
  readonly problem: string | undefined;
  /** The others. */
  readonly others: ReadonlySet<MemberId>;
  /** To all, in order. Resolves when corosync has taken it, which is no promise that it arrives. @throws Failure 'corosync' */
  send(head: MailHead, frames?: readonly Buffer[]): Promise<void>;
  close(): Promise<void>;
}

/** ms that corosync is waited for when this process leaves. */
const leaveMs = 2000;

export function openPost(group: string, listener: PostListener, log: Log): Post {
  const cpg = connectGroup<Buffer>({
    group,
    decode: (data) => (isPiece(data) ? data : undefined),
    encode: (piece) => piece,
    log,
    retryMs: 500,
  });
  const readers = new Map<MemberId, MailReader>();
  let others = new Set<MemberId>();
  let self: MemberId | undefined;
  let problem: string | undefined = 'not in the group yet';
  let began = false;
  let count = 0;
  const idOf = ({ nodeid, pid }: { nodeid: number; pid: number }): MemberId => `${nodeid}.${pid}`;

  cpg.on('up', () => {
    self = idOf({ nodeid: cpg.localNodeId!, pid: process.pid });
    problem = undefined;
    began = true;
    log.info('group-joined', { group, member: self });
  });
  cpg.on('membership', ({ members, left }) => {
    const now = new Set(members.map(idOf).filter((id) => id !== self));
    const gone = left.map(idOf).filter((id) => others.has(id));
    // one that left and came again at once is a new one
    for (const id of gone) readers.delete(id);
    const joined = [...now].filter((id) => !others.has(id) || gone.includes(id));
    others = now;
    const first = began;
    began = false;
    listener.view({ joined, left: gone, began: first });
  });
  cpg.on('message', (piece, from) => {
    const id = idOf(from);
    const reader = readers.get(id) ?? createMailReader();
    readers.set(id, reader);
    try {
      const mail = reader.push(piece);
      if (mail !== undefined) listener.mail(mail, id, { own: id === self, lost: mail.lost });
    } catch (error) {
      log.warn('mail-refused', { group, from: id, why: messageOf(error) });
    }
  });
  cpg.on('down', (failure) => {
    self = undefined;
    problem = failure.message;
    others = new Set();
    readers.clear();
    log.warn('group-lost', { group, why: problem });
    listener.down(problem);
  });

  return {
    get self() {
      return self;
    },
    get problem() {
      return problem;
    },
    get others() {
      return others;
    },
    async send(head, frames = []) {
      count += 1;
      // all at once, so that no other mail's pieces come between
      await Promise.all(cutMail(count, head, frames).map((piece) => cpg.send(piece)));
    },
    close: () => Promise.race([cpg.close(), new Promise<void>((resolve) => setTimeout(resolve, leaveMs).unref())]),
  };
}
