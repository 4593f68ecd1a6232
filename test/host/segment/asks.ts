/** Asks who else has an address, in the network namespace it is started in: NIC ADDRESS -> JSON. */
import { loadSockets } from '../../../src/process/sockets.ts';
import { whoElseHas } from '../../../src/segment/probe.ts';

const [nic, address] = process.argv.slice(2);
void loadSockets()
  .then((sockets) => whoElseHas(address!, nic!, 150, sockets))
  .then((asked) => process.stdout.write(JSON.stringify(asked)));
