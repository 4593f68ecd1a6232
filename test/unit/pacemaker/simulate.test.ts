import test from 'ava';
import { parseActions } from '../../../src/pacemaker/simulate.ts';

test('the transition summary of crm_simulate 2.1.5', (t) => {
  const actions = parseActions(`<pacemaker-result api-version="2.25"><actions>
    <node_action task="Fence (reboot)" node="node1" reason="peer is no longer part of the cluster"/>
    <node_action task="Shutdown" node="node2"/>
    <rsc_action action="stop" resource="db:0" role="Promoted" node="node1" reason="node availability"/>
    <rsc_action action="promote" resource="db:1" role="Unpromoted" next-role="Promoted" source="node2"/>
    <rsc_action action="move" resource="vip" source="node1" dest="node2"/>
  </actions><status code="0" message="OK"/></pacemaker-result>`);
  t.deepEqual(actions, [
    { action: 'fence', resource: '', node: 'node1' },
    { action: 'stop', resource: 'db', node: 'node1' },
    { action: 'promote', resource: 'db', node: 'node2' },
    { action: 'move', resource: 'vip', node: 'node1', to: 'node2' },
  ]);
});

test('an answer without a summary is refused', (t) => {
  t.like(
    t.throws(() => parseActions('<pacemaker-result/>')),
    { kind: 'input' },
  );
});
