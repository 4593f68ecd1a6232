/** A short `npm run torture` of examples with schemes of their own: whatever is damaged, whenever, what must never be is not, and in the end all is as described. */
import test from 'ava';
import { torture } from '../../bench/torture/torture.ts';

const seed = Number(process.env.VNFHA_TORTURE_SEED ?? 20261129);

for (const [subject, blows] of [
  ['sipcore', 20],
  ['vip-by-vnfc', 8],
  ['lb-managed', 8],
] as const) {
  test.serial(`${subject}, struck at random, comes back, and nothing is that must not be`, async (t) => {
    const name = `torture-${process.pid}`;
    const result = await torture({ subject, seed, blows, name, say: (line) => t.log(line) });
    t.deepEqual(result.violations, []);
    t.is(result.blows.length, blows);
    t.true(result.looks > 100, `${result.looks} looks`);
  });
}
