/** Description + templates -> the other files of a node. */
import type { Vnf } from '../model/vnf.ts';
import { corosyncContext, haproxyContext } from './contexts.ts';
import type { Templates } from './templates.ts';

/**
 * haproxy.cfg of the load balancer's nodes. Pure and quick: the bridge asks for it at every change of rotation.
 * @param excluded 'backend/server' of the servers that are out of rotation
 * @throws Failure 'input' when the template is wrong.
 */
export const renderHaproxyConfig = (vnf: Vnf, excluded: ReadonlySet<string>, templates: Templates): string =>
  templates.render('haproxy.cfg', haproxyContext(vnf, excluded));

/** corosync.conf of every node. */
export const renderCorosyncConfig = (vnf: Vnf, templates: Templates): string =>
  templates.render('corosync.conf', corosyncContext(vnf));
