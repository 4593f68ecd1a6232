/** The channel `messages`: the instances are members of a CPG group, and all that one of them says reaches all in one order. */
import type { Log } from '../process/log.ts';
import type { Channel } from './channel.ts';
import { type Active, createActive } from './messages-active.ts';
import { createMember, type Member } from './messages-member.ts';
import { openPost, type Post } from './post.ts';

export interface MessagesOptions {
  /** Of all instances, and of nobody else. */
  readonly group: string;
  readonly node: string;
  readonly instances: readonly string[];
  readonly log: Log;
}

/** ms between two looks at what may have been lost. */
const tickMs = 500;

export function createMessagesChannel({ group, node, instances, log }: MessagesOptions): Channel {
  let post: Post;
  let active: Active;
  let member: Member;
  let timer: NodeJS.Timeout | undefined;

  const listener: Parameters<typeof openPost>[1] = {
    mail(mail, from, { own, lost }) {
      const { kind, to, at, version } = mail.head;
      if (own) {
        if (kind === 'sent') active.returned(at ?? 0, version);
        if (kind === 'taken') member.returned();
        return;
      }
      if (lost) active.lost(from);
      if (kind === 'sent' || lost) member.take(mail, from, lost);
      if (kind !== 'sent' && post.self !== undefined && to?.includes(post.self)) active.take(mail, from);
    },
    view(view) {
      for (const id of view.left) member.left(id);
      active.view(view);
    },
    down(why) {
      member.reset();
      active.reset(why);
    },
  };

  return {
    kind: 'peers',
    copies: instances.length,
    start(receive) {
      post = openPost(group, listener, log);
      active = createActive(post, node, instances, log);
      member = createMember(post, node, receive, log);
      timer = setInterval(() => {
        active.tick();
        member.tick();
      }, tickMs);
      return Promise.resolve();
    },
    begin: (reign, enough) => active.begin(reign, enough),
    fetch: (copy) => active.fetch(copy),
    lead: (lead) => active.lead(lead),
    wake: () => active.wake(),
    rest: () => Promise.resolve(active.rest()),
    status: () => active.status(),
    async close() {
      clearInterval(timer);
      active.rest();
      await post.close();
    },
  };
}
