/** What HAProxy's check says of a server, in the words of `show stat` (HAProxy's management guide, section 9.1, fields 17 and 36). */
import type { ServerHealth } from '../model/server-health.ts';
import type { ServerStat } from './replies.ts';

/** unknown: not checked yet, not checked at all, or taken out by hand (MAINT, DRAIN). A check under way ('* …') keeps the last word. */
export function healthOf({ status, lastCheck }: Pick<ServerStat, 'status' | 'lastCheck'>): ServerHealth {
  const check = lastCheck.replace(/^\* /, '');
  if (check === '' || check === 'UNK' || check === 'INI') return 'unknown';
  if (status === 'UP' || status.startsWith('UP ')) return 'up';
  return status === 'DOWN' || status.startsWith('DOWN ') ? 'down' : 'unknown';
}
