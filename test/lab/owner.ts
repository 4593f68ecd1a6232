/** A process that makes a lab and then does nothing, until it is killed. */
import { Lab } from '../../src/lab/lab.ts';

await Lab.up({ name: process.argv[2]! });
process.stdout.write('up\n');
setInterval(() => undefined, 60_000);
