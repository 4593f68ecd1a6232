/** ocf:vnfha:vnfc: an instance of a VNFC on this node, as its description says how to start, check and tell it its role. */
import { defineAgent } from '../src/ocf/agent.ts';
import { runAgent } from '../src/ocf/run-agent.ts';
import { monitorInstance } from '../src/ocf/vnfc/monitor.ts';
import { parameters } from '../src/ocf/vnfc/parameters.ts';
import { changeRole } from '../src/ocf/vnfc/roles.ts';
import { inconsistency, notified, takeParameters, validate } from '../src/ocf/vnfc/service.ts';
import { startInstance } from '../src/ocf/vnfc/start.ts';
import { stopInstance } from '../src/ocf/vnfc/stop.ts';

const vnfc = defineAgent({
  name: 'vnfc',
  shortdesc: 'An instance of a VNFC',
  longdesc:
    'Starts, stops and watches an instance of a VNFC (a component of a virtual network function) on this node, and tells it its role where it has one (a promotable clone, when promote is given). Its output goes to /var/log/vnfha/RESOURCE.log.',
  parameters: parameters,
  inconsistency,
  actions: {
    start: { timeout: 30, run: startInstance },
    stop: { timeout: 30, run: stopInstance },
    monitor: {
      timeout: 10,
      recurring: [{ interval: 10 }, { interval: 11, role: 'Unpromoted' }, { interval: 9, role: 'Promoted' }],
      run: monitorInstance,
    },
    promote: { timeout: 30, run: (call) => changeRole(call, 'promoted') },
    demote: { timeout: 30, run: (call) => changeRole(call, 'unpromoted') },
    notify: { timeout: 10, run: notified },
    'reload-agent': { timeout: 10, run: takeParameters },
    'validate-all': { timeout: 10, run: validate },
  },
});

void runAgent(vnfc);
