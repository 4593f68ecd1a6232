import { incidentTiming, type IncidentPolicy } from '../../../../src/decide/incident-policy.ts';
import { defaultHealRules, type HealRules } from '../../../../src/model/heals.ts';
import type { ActiveActiveVnfc, Vnf } from '../../../../src/model/vnf.ts';

const web: ActiveActiveVnfc = {
  name: 'web',
  vdu: 'WEB',
  redundancy: 'active-active',
  nodes: ['node1', 'node2', 'node3'],
  instances: 3,
  program: { run: ['web'], start: undefined, stop: undefined, user: undefined, startTimeoutMs: 1, stopTimeoutMs: 1 },
  check: { tcp: undefined, http: undefined, command: undefined, intervalMs: 2000, timeoutMs: 1000 },
  heartbeat: undefined,
  recovery: { restarts: 1, withinMs: 600_000, heal: true, escalate: undefined },
  vnfcInstanceIds: { node3: 'WEB-c336' },
  service: {
    port: 8080,
    frontend: 80,
    mode: 'http',
    balance: 'roundrobin',
    network: 'service',
    check: { http: undefined, interMs: 1000, fall: 2, rise: 1, answerMs: 2000 },
  },
};

const vnf: Vnf = {
  name: 'sip',
  beside: false,
  instanceId: 'vnf-1',
  networks: [],
  nodes: [],
  guests: [],
  cluster: {
    name: 'sip',
    links: [],
    tokenMs: 1000,
    consensusMs: 1200,
    heartbeat: { intervalMs: 100, misses: 3, port: 5410 },
  },
  recovery: undefined,
  arp: { count: 5, intervalMs: 200 },
  fencing: [],
  vnfcs: [web],
  loadBalancer: undefined,
  vnfm: {
    type: 'sol',
    url: 'http://vnfm',
    alarms: 'http://vnfm/alarms',
    ca: undefined,
    auth: undefined,
    heals: defaultHealRules,
  },
};

export const policy = (change: Partial<Vnf> = {}): IncidentPolicy => ({
  vnf: { ...vnf, ...change },
  timing: incidentTiming,
});
export const withVnfc = (change: Partial<ActiveActiveVnfc>): IncidentPolicy =>
  policy({ vnfcs: [{ ...web, ...change }] });
export const withoutAlarms = (): IncidentPolicy => policy({ vnfm: { ...vnf.vnfm!, alarms: undefined } });
export const withHeals = (heals: Partial<HealRules>): IncidentPolicy =>
  policy({ vnfm: { ...vnf.vnfm!, alarms: undefined, heals: { ...defaultHealRules, ...heals } } });
