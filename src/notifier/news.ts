/**
 * Listens in the group of the bridges: what is said there (an alert, a supervisor's word, a request of an lb-member agent, a change in HAProxy's checks) is a reason
 * to look at Pacemaker now, and otherwise nothing needs to be asked for long.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { connectGroup } from '../corosync/group.ts';
import { decodeBridgeMessage } from '../model/decode-wire.ts';
import { bridgeGroup } from '../model/names.ts';
import type { BridgeMessage } from '../model/wire.ts';
import type { Log } from '../process/log.ts';

/** What tells of no change in Pacemaker. */
const noNews: readonly BridgeMessage['type'][] = ['bridge', 'supervisor', 'ack', 'rotation'];

/** A frozen corosync takes a member's leaving late; it is not waited for longer than this. */
const leaveMs = 3000;

/**
 * Calls `word` for everything that is said, with the node that says it, until it is closed, and after it `heard`, if that is news. That corosync is away is the notifier's group's to say.
 */
export function listenForNews(
  log: Log,
  word: (message: BridgeMessage, nodeId: number) => void,
  heard: () => void,
): { close(): Promise<void> } {
  const group = connectGroup<BridgeMessage>({ group: bridgeGroup, decode: decodeBridgeMessage, log });
  group.on('message', (message, from) => {
    word(message, from.nodeid);
    if (!noNews.includes(message.type)) heard();
  });
  return { close: () => Promise.race([group.close(), sleep(leaveMs)]) };
}
