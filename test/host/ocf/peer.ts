/**
 * A stand-in for the bridge in the CPG group, for faults that a real one does not have: `node --import tsx peer.ts NODE MODE`.
 * Modes: 'ack' acknowledges as NODE, 'refuse' acknowledges with an error, 'lie' says before it acknowledges that 'absent' refused,
 * 'mute' says nothing. It prints what it hears.
 */
import { connectGroup } from '../../../src/corosync/group.ts';
import { decodeBridgeMessage } from '../../../src/model/decode-wire.ts';
import { bridgeGroup } from '../../../src/model/names.ts';
import type { BridgeMessage } from '../../../src/model/wire.ts';
import { createLog } from '../../../src/process/log.ts';

const [node, mode] = process.argv.slice(2) as [string, 'ack' | 'refuse' | 'lie' | 'mute'];
const print = (line: object): void => void process.stdout.write(JSON.stringify(line) + '\n');
const log = createLog('peer');
const group = connectGroup<BridgeMessage>({ group: bridgeGroup, decode: decodeBridgeMessage, log, retryMs: 100 });
group.on('up', () => print({ type: 'up' }));
group.on('message', (message) => {
  print(message);
  if (mode === 'mute' || (message.type !== 'exclude' && message.type !== 'readmit')) return;
  const ack: BridgeMessage = { v: 1, type: 'ack', id: message.id, node };
  if (mode === 'lie') void group.send({ ...ack, node: 'absent', error: 'a lie' });
  void group.send(mode === 'refuse' ? { ...ack, error: 'HAProxy refused' } : ack);
});
