import test from 'ava';
import { fencedAt } from '../../../src/pacemaker/restart-node.ts';

/** Of Pacemaker 2.1.5. */
const history = `<pacemaker-result api-version="2.25" request="stonith_admin --history node3 --output-as=xml">
  <fence_history>
    <fence_event action="reboot" target="node3" client="pacemaker-controld.62" origin="node1" status="pending" extended-status="1"/>
    <fence_event action="reboot" target="node3" client="stonith_admin.99" origin="node1" status="failed" delegate="node1" completed="2026-11-23 00:44:57Z"/>
    <fence_event action="reboot" target="node3" client="stonith_admin.98" origin="node1" status="success" delegate="node1" completed="2026-11-23 00:44:58Z"/>
    <fence_event action="reboot" target="node2" client="stonith_admin.97" origin="node1" status="success" delegate="node1" completed="2026-11-23 00:44:59Z"/>
  </fence_history>
  <status code="0" message="OK"/>
</pacemaker-result>`;

test('when a node was fenced is read from the history: not when it is about to be, nor where it failed', (t) => {
  t.deepEqual(fencedAt(history, 'node3'), [Date.UTC(2026, 10, 23, 0, 44, 58)]);
  t.deepEqual(fencedAt(history, 'node1'), []);
  t.throws(() => fencedAt('no history', 'node1'));
});
