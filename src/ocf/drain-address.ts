/** `drain ADDRESS TABLE RESOURCE`: what ocf:vnfha:vip asks for before it takes the load balancer's address away. */
import { drain, holdBack } from '../haproxy/drain.ts';
import { paths } from '../model/names.ts';
import { messageOf } from '../process/failure.ts';
import { readState } from './state-file.ts';

/** A stop waits twice as long at most; who is connected for longer is cut off, as without this. */
const withinMs = 1000;

/**
 * Never throws: an address that cannot be drained goes all the same. Returns what is to be said of it, if anything.
 * @param haproxy the resource of the HAProxy that serves it
 */
export async function drainAddress(address: string, table: string, haproxy: string): Promise<string | undefined> {
  try {
    const master = readState(haproxy)?.parameters?.master_socket ?? paths.haproxyMaster;
    const what = { address, table, master, withinMs };
    await holdBack(what);
    const left = await drain(what);
    return left === 0
      ? undefined
      : `${left} connections to ${address} idled, or outlived ${withinMs} ms, and were ended`;
  } catch (error) {
    return `${address} goes without its connections being ended first: ${messageOf(error)}`;
  }
}
