/**
 * The init of a lab's host (tini is above it and reaps): makes the host's root, brings its network up and keeps its services
 * running. Its stdin and stdout are the world's.
 */
import { messageOf } from '../../process/failure.ts';
import { onLines, writeLine } from '../lines.ts';
import type { HostConfig, HostEvent, HostRequest } from '../protocol.ts';
import { call } from './call.ts';
import { bringUp } from './network.ts';
import { enterRoot } from './root.ts';
import { Services } from './services.ts';

const say = (event: HostEvent) => writeLine(process.stdout, event);
let services: Services | undefined;

process.stdin.on('end', () => process.exit(1));
process.on('SIGTERM', () => process.exit(0));
onLines<HostConfig | HostRequest>(process.stdin, (value) => {
  if ('do' in value) void answer(value);
  else void boot(value);
});
say({ event: 'hello' });

async function boot(config: HostConfig): Promise<void> {
  try {
    enterRoot(config);
    bringUp(config.host);
    if (config.host.hypervisor) call('/usr/lib/vnfha/lab/libvirt-node', ['--own-disk']);
    services = new Services(config.host);
    say({ event: 'booted' });
    await services.startAll();
  } catch (error) {
    process.stderr.write(`${config.host.name} does not boot: ${messageOf(error)}\n`);
    process.exit(1);
  }
}

async function answer(request: HostRequest): Promise<void> {
  try {
    if (services === undefined) throw new Error('it has not booted yet');
    if (request.do === 'service') await services.act(request.service, request.action);
    else await services.stopAll();
    say({ event: 'answer', id: request.id });
    if (request.do === 'halt') process.exit(0);
  } catch (error) {
    say({ event: 'answer', id: request.id, error: messageOf(error) });
  }
}
