/** `vnfha vnfm-sim` in a process of its own. */
import { vnfmSimCommand } from '../../../src/cli/commands/vnfm-sim.ts';

await vnfmSimCommand().parseAsync(process.argv.slice(2), { from: 'user' });
