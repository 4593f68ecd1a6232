/** What follows from what is seen of a VM and of the cluster. */
import test from 'ava';
import type { NodeStatus } from '../../../src/model/cluster.ts';
import { domainName } from '../../../src/ocf/parameter.ts';
import { stateProblem } from '../../../src/ocf/vm/look.ts';
import { isGone } from '../../../src/ocf/vm/owner.ts';

const qemu = { pid: 97, startTime: 1 };

test('a guest that does not run is a problem; one that libvirt lost is none', (t) => {
  const problem = (state: string, reason = 'unknown') =>
    stateProblem('web', { qemu, status: { state, reason, pid: 97 } });
  for (const state of ['running', 'blocked', 'shutdown', 'nostate']) t.is(problem(state), undefined, state);
  t.is(problem('paused', 'I/O error'), "the VM 'web' is paused (I/O error)");
  t.is(problem('crashed', 'panicked'), "the VM 'web' is crashed (panicked)");
  t.truthy(problem('pmsuspended'));
  t.truthy(problem('a new one'));
  t.is(stateProblem('web', { qemu, status: undefined }), undefined);
});

test('an owner is gone when the cluster says so, and only then', (t) => {
  const node = (more: Partial<NodeStatus>): NodeStatus => ({
    name: 'other',
    id: 2,
    online: false,
    standby: false,
    maintenance: false,
    pending: false,
    unclean: false,
    ...more,
  });
  const gone = (...nodes: NodeStatus[]): boolean =>
    isGone({ quorate: true, dc: 'x', maintenance: false, nodes, resources: [], failures: [] }, 'other');
  t.true(gone(node({}), node({ name: 'third', online: true })));
  t.false(gone(node({ online: true })));
  t.false(gone(node({ unclean: true })));
  t.false(gone(node({ pending: true })));
  t.false(gone(node({ name: 'third' })), 'a stranger');
});

test('the names of domains that are safe everywhere', (t) => {
  const parse = domainName({ shortdesc: '', longdesc: '' }).parse;
  for (const name of ['web', 'web-1', '0a', 'a.b_c+d', 'x'.repeat(64)]) t.is(parse(name), name);
  for (const name of ['', '-web', '.web', 'a b', 'a/b', '../a', 'a,b', 'a\nb', 'ä', 'x'.repeat(65)]) {
    t.throws(() => parse(name), undefined, name);
  }
});
