/** Plays every scenario of scenarios/rotation and rotation-vms: what step gives must be what the file says, line by line. */
import { readdirSync, readFileSync } from 'node:fs';
import test from 'ava';
import { instances, play, vms } from './rotation-scenario.ts';

for (const [name, setting] of Object.entries({ rotation: instances, 'rotation-vms': vms })) {
  const folder = new URL(`scenarios/${name}/`, import.meta.url);
  for (const file of readdirSync(folder)) {
    const title = file.replace(/\.txt$/, '').replaceAll('-', ' ');
    test(setting === vms ? `VMs: ${title}` : title, (t) => {
      const text = readFileSync(new URL(file, folder), 'utf8').trimEnd();
      t.is(play(text, setting), text);
    });
  }
}
