/** A budget as tables: one for each class of failure, VNFCs with the same figures together. Pure. */
import type { Budget, FailureClass } from '../model/budget.ts';
import { durationText } from '../model/duration.ts';
import type { Span } from '../model/timings.ts';
import type { RecoveryTarget } from '../model/vnf.ts';

const titles: Readonly<Record<FailureClass, string>> = {
  'vm-dies': 'a VM dies',
  'vnfc-dies': 'a VNFC dies',
  'vnfc-hangs': 'a VNFC hangs',
  'node-dies': 'a node (VM) dies',
  'lb-dies': 'an HAProxy dies',
  'lb-node-dies': 'the node with the load balancer’s VIP dies',
};

/** The text of all tables; times beyond `target` are marked with '!'. */
export function budgetText(budgets: readonly Budget[], target: RecoveryTarget | undefined): string {
  const alike = new Map<string, Budget[]>();
  for (const budget of budgets) {
    const { failure, stages } = budget;
    const key = JSON.stringify([failure, stages.map(({ by, typicalMs, worstMs }) => [by, typicalMs, worstMs])]);
    const group = alike.get(key);
    if (group === undefined) alike.set(key, [budget]);
    else group.push(budget);
  }
  const tables = [...alike.values()].sort((a, b) => order(a) - order(b)).map((group) => table(group, target));
  return [headOf(target), ...tables].join('\n\n') + '\n';
}

const order = ([first]: readonly Budget[]): number => Object.keys(titles).indexOf(first!.failure);

const headOf = (target: RecoveryTarget | undefined): string =>
  target === undefined
    ? 'no recovery target in the description'
    : `recovery ${target.name}: noticed within ${durationText(target.detectMs)}, the service back within ${durationText(target.recoverMs)}`;

function table(group: readonly Budget[], target: RecoveryTarget | undefined): string {
  const { failure, stages, detect, recover } = group[0]!;
  const [more, names] = [group.length - 3, group.slice(0, 3).map(({ subject }) => subject)];
  const whose = failure.startsWith('lb') ? '' : `: ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  return [
    row(`${titles[failure]}${whose}`, 'usually', 'at worst'),
    ...stages.map(({ step, by, ...span }) => row(`  ${step.padEnd(8)} ${by}`, ...times(span, Infinity))),
    row('  noticed', ...times(detect, target?.detectMs)),
    row('  the service is back', ...times(recover, target?.recoverMs)),
  ].join('\n');
}

const times = ({ typicalMs, worstMs }: Span, most = Infinity): [string, string] => [
  marked(typicalMs, most),
  marked(worstMs, most),
];
const marked = (ms: number, most: number): string => durationText(ms) + (ms > most ? '!' : ' ');
const row = (text: string, usually: string, worst: string): string =>
  `${text.padEnd(82)} ${usually.padStart(8)} ${worst.padStart(9)}`.trimEnd();
