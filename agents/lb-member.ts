/**
 * ocf:vnfha:lb-member: the place of a VNFC's instance in the load balancer. Ordered after the instance, so that it is excluded
 * before the instance is touched, and re-admitted after it is up.
 */
import { exitNow } from '../src/corosync/libcpg.ts';
import { type Call, defineAgent } from '../src/ocf/agent.ts';
import { ocf, type OcfCode, OcfError } from '../src/ocf/codes.ts';
import { requestOfBridges, strangersProblem } from '../src/ocf/lb-request.ts';
import { nodeIds } from '../src/ocf/node-ids.ts';
import { text, words } from '../src/ocf/parameter.ts';
import { localNodeName, runAgent } from '../src/ocf/run-agent.ts';
import { readState, removeState, writeState } from '../src/ocf/state-file.ts';

interface Place {
  readonly backend: string;
  readonly lb_nodes: readonly string[];
  readonly server: string | undefined;
  readonly vnf: string | undefined;
}

/** A start does not hold up the cluster for a load balancer that is slow: its bridge re-admits by Pacemaker's word, later. */
const startWaitMs = 5000;

const lbMember = defineAgent({
  name: 'lb-member',
  shortdesc: 'The place of a VNFC instance in the load balancer',
  longdesc:
    'Start re-admits the instance on this node to the load balancers; stop excludes it, and succeeds when every load balancer in the cluster has acknowledged that. Order it after the instance, and colocate it with it.',
  parameters: {
    backend: text({ required: true, shortdesc: 'Backend', longdesc: 'The backend in HAProxy.' }),
    lb_nodes: words({
      required: true,
      shortdesc: 'Load balancer nodes',
      longdesc: 'The names of the nodes that run HAProxy and vnfha bridge, separated by blanks.',
    }),
    server: text({
      shortdesc: 'Server',
      longdesc: "The server in the backend. Default: this node's name.",
    }),
    vnf: text({
      shortdesc: 'VNF beside another one',
      longdesc:
        "The VNF whose bridges are asked, where it runs beside the nodes' own (vnf.beside in its description). Default: the nodes' own.",
    }),
  },
  actions: {
    start: { timeout: 10, run: start },
    stop: { timeout: 10, run: stop },
    monitor: { timeout: 10, recurring: [{ interval: 30 }], run: monitor },
    'validate-all': { timeout: 5, run: validate },
  },
});

async function start(call: Call<Place>): Promise<OcfCode> {
  const missing = await request(call, 'readmit', Math.min(startWaitMs, call.remainingMs()));
  if (missing.length > 0) call.log.warn(`not re-admitted everywhere yet: ${missing.join('; ')}`);
  writeState(call.instance, { phase: 'running', agent: call.agent });
  return ocf.success;
}

async function stop(call: Call<Place>): Promise<OcfCode> {
  const missing = await request(call, 'exclude', call.remainingMs());
  if (missing.length > 0) throw new OcfError(ocf.errGeneric, `not excluded everywhere: ${missing.join('; ')}`);
  removeState(call.instance);
  return ocf.success;
}

/** Stop and start don't answer errConfigured: that would stop the places on all other nodes, too. */
async function validate({ values, remainingMs }: Call<Place>): Promise<OcfCode> {
  const ids = await nodeIds(remainingMs()).catch(() => undefined); // without corosync nobody knows
  const problem = ids && strangersProblem(values.lb_nodes, ids);
  if (problem !== undefined) throw new OcfError(ocf.errConfigured, problem);
  return ocf.success;
}

function monitor({ instance }: Call<Place>): OcfCode {
  return readState(instance) === undefined ? ocf.notRunning : ocf.success;
}

function request({ values, log, remainingMs }: Call<Place>, type: 'exclude' | 'readmit', waitMs: number) {
  const { vnf, backend, lb_nodes: lbNodes, server = localNodeName(process.env) } = values;
  return requestOfBridges({ type, vnf, backend, server, lbNodes, waitMs, until: Date.now() + remainingMs() }, log);
}

void runAgent(lbMember, exitNow);
