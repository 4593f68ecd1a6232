/**
 * The Pacemaker alert agent: passes what happened on to the bridges of all nodes, by the CPG group. It runs as hacluster, once
 * for each event that alert.sh lets through, and never fails: whoever missed an alert sees the same in crm_mon.
 */
import { exitNow } from '../src/corosync/libcpg.ts';
import { connectGroup, type Group } from '../src/corosync/group.ts';
import { decodeBridgeMessage } from '../src/model/decode-wire.ts';
import { bridgeGroup } from '../src/model/names.ts';
import { type BridgeMessage, wireVersion } from '../src/model/wire.ts';
import { readAlert } from '../src/ocf/alert-environment.ts';
import { Failure, messageOf } from '../src/process/failure.ts';
import { createLog } from '../src/process/log.ts';

/** Pacemaker kills it after 30 s by default; an alert as old as this is worth nothing. */
const limitMs = 5000;
const log = createLog('alert');

void main()
  .catch((error) => log.error('alert-not-passed-on', { why: messageOf(error) }))
  .finally(() => exitNow(0));

async function main(): Promise<void> {
  const alert = readAlert(process.env);
  if (alert === undefined) return log.warn('not-an-alert', { kind: process.env.CRM_alert_kind });
  const group = connectGroup<BridgeMessage>({ group: bridgeGroup, decode: decodeBridgeMessage, log, retryMs: limitMs });
  await passOn(group, { v: wireVersion, type: 'alert', alert });
  await Promise.race([group.close(), after(1000)]);
}

/** Resolves when the message came back: then everybody has it or gets it. */
function passOn(group: Group<BridgeMessage>, message: BridgeMessage): Promise<void> {
  return new Promise((resolve, reject) => {
    void after(limitMs).then(() => reject(new Failure('timeout', `corosync did not pass it on within ${limitMs} ms`)));
    group.on('down', reject);
    group.on('up', () => void group.send(message).catch(reject));
    group.on('message', (_, from) => group.isSelf(from) && resolve());
  });
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
