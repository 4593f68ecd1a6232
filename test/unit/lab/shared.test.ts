/** What the hypervisors of a lab share. */
import test from 'ava';
import { sharedDirectories } from '../../../src/lab/shared.ts';
import { Failure } from '../../../src/process/failure.ts';

const shared = (...files: (string | undefined)[]) => sharedDirectories(files.map((ownerFile) => ({ ownerFile })));

test('the directories of owner files, each once, and one before those in it', (t) => {
  const files = ['/srv/vms/w1/owner', '/srv/vms/w2', undefined, '/srv/vms/w3', '/srv/../opt/app/w', '/etc/vnfha/vm/w'];
  t.deepEqual(shared(...files), ['/etc/vnfha/vm', '/opt/app', '/srv/vms', '/srv/vms/w1']);
});

for (const file of ['/w', '/etc/w', '/run/w', '/var/w', '/var/lib/w', '/var/lib/vnfha/w', '/etc/vnfha/w', '/usr/share/vms/w', '/srv/../w'])
  test(`a host's own directory is not shared: ${file}`, (t) => {
    const error = t.throws(() => shared('/srv/vms/w', file), { instanceOf: Failure });
    t.regex(error.message, /share the directory of an owner file, and that of \/[^,]+ is each host's own/);
  }); // prettier-ignore
