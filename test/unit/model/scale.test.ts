/** The time of a check grows with the description, not with its square. */
import test from 'ava';
import { readDescription } from '../../../src/model/load.ts';
import { base } from './base.ts';

test('ten thousand VNFCs, good or bad, are checked in time that grows with their number', (t) => {
  t.timeout(120_000);
  const head = base.slice(0, base.indexOf('vnfcs:\n')).replace('192.0.2.0/24', '192.0.0.0/14');
  const vnfc = (at: number, count: number, more: string) =>
    `  - { name: v${at % count}, redundancy: active-standby, vip: 192.1.${at >> 8}.${at & 255}/14, program: { run: x }, role: { promote: a, demote: b }${more} }\n`;
  const text = (count: number, names: number, more: string) =>
    `${head}vnfcs:\n${Array.from({ length: count }, (_, at) => vnfc(at, names, more)).join('')}`;
  const timed = (count: number, names: number, more: string) => {
    const start = performance.now();
    const { problems } = readDescription(text(count, names, more), 'f');
    return { problems, ms: performance.now() - start };
  };
  timed(500, 500, '');
  const small = timed(1000, 1000, '');
  const large = timed(10_000, 10_000, '');
  const bad = timed(10_000, 1, ', nodes: [n1, x2, n1]');
  t.is(small.problems.length + large.problems.length, 0);
  t.is(bad.problems.length, 9_999 + 2 * 10_000);
  t.log(`1,000: ${small.ms.toFixed()} ms; 10,000: ${large.ms.toFixed()} ms; 10,000 bad: ${bad.ms.toFixed()} ms`);
  // Quadratic would be 100 times as long.
  t.true(large.ms < 40 * small.ms + 2000);
  t.true(bad.ms < 80 * small.ms + 4000);
});
