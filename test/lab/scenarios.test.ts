/** The scenarios of the lab on virtual machines, on the lab in namespaces. */
import test from 'ava';
import { scenarios } from '../../vagrant/scenarios.ts';
import { namespaces, type Stage } from '../../vagrant/stages.ts';

let stage: Stage;
test.before('a lab', async () => {
  stage = await namespaces();
});
test.after.always('nothing stays', () => stage?.end());

for (const { name, run } of scenarios) {
  test.serial(name, async (t) => {
    t.log(await run(stage));
    t.pass();
  });
}
