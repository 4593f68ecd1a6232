/** Not an agent: ocf:vnfha:vip starts it when a load balancer's address goes as planned. */
import { drainAddress } from '../src/ocf/drain-address.ts';

const [address, table, haproxy] = process.argv.slice(2) as [string, string, string];
void drainAddress(address, table, haproxy).then((said) => {
  if (said !== undefined) process.stderr.write(`${said}\n`);
  process.exit(0);
});
