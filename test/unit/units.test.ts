/** The daemons of a VNF beside another one run as those of the node's do. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';

const lines = (unit: string): string[] =>
  readFileSync(path.resolve(import.meta.dirname, '../../systemd', unit), 'utf8').split('\n');

for (const daemon of ['bridge', 'notifier']) {
  test(`vnfha-${daemon}@.service is vnfha-${daemon}.service but for the VNF`, (t) => {
    const [own, beside] = [lines(`vnfha-${daemon}.service`), lines(`vnfha-${daemon}@.service`)];
    t.deepEqual(
      beside
        .filter((line, at) => line !== own[at])
        .map((line) => line.replace(/^Description=.*%i.*/, 'Description=…%i…')),
      ['Description=…%i…', 'EnvironmentFile=-/etc/default/vnfha@%i', `ExecStart=/usr/sbin/vnfha ${daemon} --vnf %i`],
    );
  });
}
