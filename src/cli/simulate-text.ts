/** What would happen, as a story for people. Pure. */
import { faultText } from '../simulate/failure.ts';
import type { Outcome, Service, VnfcOutcome } from '../simulate/outcome.ts';
import type { WhatIf } from '../simulate/what-if.ts';

/** One case: what fails, what Pacemaker does, where the VNF ends. */
export function storyText({ faults, steps, quorate, after }: WhatIf): string {
  const lines = [
    `${faults.map(faultText).join(' and ')} ${faults.length === 1 ? 'fails' : 'fail'}`,
    ...(quorate ? [] : ['  the nodes that are left have no quorum: Pacemaker stops what runs']),
    '',
    'Pacemaker',
    ...(steps.length === 0 ? ['  does nothing'] : steps.map(stepText)),
    '',
    'Then',
    ...after.vnfcs.flatMap((one) => vnfcText(one)),
    ...balancerText(after),
    ...healText(after),
    '',
    `Service: ${verdictText(after)}`,
  ];
  return `${lines.join('\n')}\n`;
}

function stepText({ action, resource, node }: WhatIf['steps'][number]): string {
  if (action === 'fence') return `  fences ${node}`;
  const verbs = { start: 'starts', stop: 'stops', promote: 'promotes', demote: 'demotes' } as const;
  return `  ${verbs[action]} ${resource}${node === undefined ? ', by the fencing' : ` on ${node}`}`;
}

function vnfcText({ vnfc, running, active, addresses, servers }: VnfcOutcome): string[] {
  const where = running.length === 0 ? 'runs nowhere' : `runs on ${running.join(', ')}`;
  if (servers.length === 0) {
    const who = active === undefined ? '' : `; ${active} is active`;
    const has = addresses.map(({ address, at }) => (at === undefined ? `; nobody has ${address}` : at === active ? ` and has ${address}` : ''));
    return [`  ${vnfc}: ${where}${who}${has.join('')}`];
  }
  const list = (which: 'in' | 'out') => servers.filter(({ rotation }) => rotation === which);
  const none = list('in').length === 0 ? 'none' : list('in').map(({ server, host }) => (host === undefined ? server : `${server} on ${host}`)).join(', ');
  return [`  ${vnfc}: ${where}; in rotation: ${none}`, ...list('out').map(({ server, reason }) => `    out: ${server} (${reason})`)];
} // prettier-ignore

const balancerText = ({ loadBalancer }: Outcome): string[] =>
  loadBalancer === undefined
    ? []
    : [`  load balancer: HAProxy runs on ${loadBalancer.running.join(', ') || 'no node'}; ${whereText(loadBalancer.addresses)}`]; // prettier-ignore

const whereText = (addresses: VnfcOutcome['addresses']): string =>
  addresses
    .map(({ address, at }) => `${addresses.length === 1 ? 'its address' : address} is ${at === undefined ? 'nowhere' : `on ${at}`}`)
    .join(', '); // prettier-ignore

const healText = ({ heals }: Outcome): string[] =>
  heals.map(({ vnfc, node, vnfcInstanceId }) => `  the VNFM is asked to heal ${vnfc} of ${node}${vnfcInstanceId === undefined ? '' : ` (${vnfcInstanceId})`}`); // prettier-ignore

export const worstOf = ({ vnfcs }: Outcome): Service =>
  vnfcs.some(({ service }) => service === 'lost') ? 'lost' : vnfcs.some(({ service }) => service === 'degraded') ? 'degraded' : 'whole'; // prettier-ignore

function verdictText(outcome: Outcome): string {
  const of = (which: Service) => outcome.vnfcs.flatMap(({ vnfc, service }) => (service === which ? [vnfc] : []));
  const [lost, degraded] = [of('lost'), of('degraded')];
  if (lost.length > 0) return `LOST of ${lost.join(', ')}`;
  return degraded.length > 0 ? `kept, with less than is described of ${degraded.join(', ')}` : 'kept, whole';
}

/** All cases: those that lose service each, the others as a count. */
export function allText(cases: readonly WhatIf[]): string {
  const groups = [1, 2].map((count) => cases.filter(({ faults }) => faults.length === count));
  const lines = groups.flatMap((group, at) => {
    const lost = group.filter(({ after }) => worstOf(after) === 'lost');
    const count = `${group.length} ${at === 0 ? 'single' : 'double'} failures`;
    return [
      `${count}: ${lost.length === 0 ? 'none loses service' : `${lost.length} lose${lost.length === 1 ? 's' : ''} service`}`,
      ...lost.map(({ faults, quorate, after }) => `  ${faults.map(faultText).join(' + ')}: ${quorate ? '' : 'no quorum; '}${verdictText(after)}`),
    ];
  }); // prettier-ignore
  return `${lines.join('\n')}\n`;
}
