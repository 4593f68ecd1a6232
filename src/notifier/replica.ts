/**
 * The same journal on every member. A new fact is multicast and counts when it is delivered, to its author like to all others: then it
 * goes to the disk, and after that into the decisions. Whenever the group changes, every member tells all that it has, and nobody
 * speaks until it has heard everybody: so a member that was away knows what happened, and what only it knows is not lost. Who still
 * misses somebody after a while asks for it again: else one lost message would silence this group until it changes the next time.
 */
import type { Group } from '../corosync/group.ts';
import type { CpgMember } from '../corosync/cpg.ts';
import { compacted, entryKey, type Journal, type JournalEntry } from '../decide/incident-journal.ts';
import { messageOf } from '../process/failure.ts';
import type { Log } from '../process/log.ts';
import type { JournalFile } from './journal-file.ts';
import type { Happening } from './loop.ts';
import type { NotifierMessage } from './message.ts';

interface ReplicaOptions {
  readonly group: Group<NotifierMessage>;
  readonly node: string;
  readonly vnf: string;
  readonly file: JournalFile;
  readonly journal: () => Journal;
  readonly post: (event: Happening) => void;
  /** A fact was added that was not known. */
  readonly added: (entry: JournalEntry) => void;
  /** The group is another one now. */
  readonly changed: () => void;
  readonly onBroken: (error: unknown) => void;
  readonly log: Log;
  /** Milliseconds after which those who were not heard are asked again; default 3000. */
  readonly askAgainMs?: number;
}

/** Entries in one message: far below what corosync takes. */
const partLength = 200;
/** Lines from which on the file is made smaller, if that halves it. */
const longFile = 2000;

/** Keeps the journal of this node and those of the others alike, until the group is closed; what it returns ends its asking. */
export function replicate(options: ReplicaOptions): () => void {
  const { group, post, log, askAgainMs = 3000 } = options;
  let view = '';
  let self = '';
  let unheard = new Set<string>();
  let timer: NodeJS.Timeout | undefined;

  /** `missing`: who is asked to tell again. */
  const tell = (missing: readonly string[]): void => {
    const told = tellAll(options, view, missing);
    told.catch((error: unknown) => log.warn('journal-not-told', { why: messageOf(error) }));
  };
  const askAgain = (): void => {
    log.warn('journals-missing', { of: [...unheard], after: askAgainMs });
    tell([...unheard]);
    timer = setTimeout(askAgain, askAgainMs);
  };

  group.on('membership', ({ members }) => {
    const nodeId = group.localNodeId;
    if (nodeId === undefined) return;
    self = nameOf({ nodeid: nodeId, pid: process.pid });
    view = members.map(nameOf).sort().join(' ');
    unheard = new Set(members.map(nameOf));
    log.info('group', { members });
    post({
      type: 'joined',
      self: { nodeId, pid: process.pid },
      node: options.node,
      members: members.map(({ nodeid, pid }) => ({ nodeId: nodeid, pid })),
    });
    options.changed();
    tell([]);
    clearTimeout(timer);
    timer = setTimeout(askAgain, askAgainMs);
  });
  group.on('message', (message, from) => {
    if (message.type === 'entry') return take(options, [message.entry], from);
    take(options, message.entries, from);
    if (message.view !== view || !message.last) return;
    if (message.missing.includes(self) && nameOf(from) !== self) tell([]);
    if (!unheard.delete(nameOf(from)) || unheard.size > 0) return;
    clearTimeout(timer);
    post({ type: 'synced' });
  });
  group.on('down', (reason) => {
    view = '';
    clearTimeout(timer);
    log.warn('corosync-away', { why: reason.message });
    post({ type: 'disconnected' });
  });
  return () => clearTimeout(timer);
}

const nameOf = (member: CpgMember): string => `${member.nodeid}.${member.pid}`;

async function tellAll({ group, journal }: ReplicaOptions, view: string, missing: readonly string[]): Promise<void> {
  const entries = compacted(journal());
  for (let at = 0; at === 0 || at < entries.length; at += partLength) {
    const last = at + partLength >= entries.length;
    await group.send({ v: 1, type: 'journal', view, entries: entries.slice(at, at + partLength), last, missing });
  }
}

function take(options: ReplicaOptions, entries: readonly JournalEntry[], from: CpgMember): void {
  const { file, journal, post, log } = options;
  try {
    for (const entry of entries) {
      if (entry.vnf !== options.vnf) log.warn('foreign-vnf', { vnf: entry.vnf, ...from });
      else if (!isKnown(journal(), entry)) {
        file.append([entry]);
        const { v, vnf, at, ...fields } = entry;
        void [v, vnf, at];
        log.info('incident', fields);
        post({ type: 'entry', entry });
        options.added(entry);
      } else post({ type: 'entry', entry });
    }
    if (file.lines > longFile) shorten(file, journal());
  } catch (error) {
    log.error('journal-broken', { why: messageOf(error) });
    options.onBroken(error);
  }
}

function isKnown(journal: Journal, entry: JournalEntry): boolean {
  const key = entryKey(entry);
  return journal.get(entry.incident)?.entries.some((other) => entryKey(other) === key) ?? false;
}

function shorten(file: JournalFile, journal: Journal): void {
  const kept = compacted(journal);
  if (kept.length * 2 < file.lines) file.replace(kept);
}
