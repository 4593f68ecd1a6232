import test from 'ava';
import { countedByMonitors, isOdd } from '../../../src/pacemaker/fail.ts';

const nvpair = (name: string, value: string) => `<nvpair id="status-3-${name}" name="${name}" value="${value}"/>`;

test('a monitor that saw what was told is found by its last failure', (t) => {
  const xml = `<xpath-query>
  ${nvpair('fail-count-web#monitor_2000', '3')}${nvpair('last-failure-web#monitor_2000', '1001')}
  ${nvpair('fail-count-web#monitor_3000', '1')}${nvpair('last-failure-web#monitor_3000', '999')}
  ${nvpair('fail-count-web-member#monitor_2000', '1')}${nvpair('last-failure-web-member#monitor_2000', '1001')}
</xpath-query>`;
  t.deepEqual(countedByMonitors(xml, 'web', 1_000_500), [{ name: 'fail-count-web#monitor_2000', value: 3 }]);
  t.deepEqual(countedByMonitors(xml, 'web', 1_001_500), [], 'that was before it was started');
  t.deepEqual(countedByMonitors('', 'web', 0), []);
  t.deepEqual(countedByMonitors(nvpair('fail-count-web#monitor_2000', 'INFINITY'), 'web', 0), []);
});

test('an odd count is one that lacks its second', (t) => {
  t.true(isOdd('name="fail-count-web#asyncmon_0" host="node3" value="3"'));
  t.false(isOdd('name="fail-count-web#asyncmon_0" host="node3" value="2"'));
  t.false(isOdd('name="fail-count-web#asyncmon_0" host="node3" value="INFINITY"'));
});
