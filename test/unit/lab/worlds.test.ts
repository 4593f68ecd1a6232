import test from 'ava';
import { directoryOf } from '../../../src/lab/worlds.ts';
import { Failure } from '../../../src/process/failure.ts';

test('a lab has a directory of its own below /run/vnfha-lab', (t) => {
  t.is(directoryOf('mine-2'), '/run/vnfha-lab/mine-2');
});

for (const name of ['', '.', '..', '../../home', '/etc', 'a/b', 'Lab', '-x', 'x'.repeat(33)]) {
  test(`a lab cannot be called '${name}': its directory is removed when it ends`, (t) => {
    t.is(t.throws(() => directoryOf(name), { instanceOf: Failure })?.kind, 'usage');
  });
}
