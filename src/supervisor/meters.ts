/** What a supervisor tells Prometheus: docs/metrics.md. */
import type { Said } from '../decide/instance-types.ts';
import type { Count, Meters, Observe } from '../process/metrics.ts';

export interface SupervisorMeters {
  readonly said: Count<'resource' | 'word'>;
  /** From what was said until Pacemaker knows it. */
  readonly told: Observe<'resource'>;
}

const buckets = [0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** `words`: of each instance here the last word that holds; asked when it is scraped. */
export function supervisorMeters(
  meters: Meters,
  words: () => Iterable<readonly [string, Said['word'] | undefined]>,
): SupervisorMeters {
  meters.gauge(
    { name: 'vnfha_instance_well', help: '1: the instance runs and answers, as far as its supervisor sees.', labels: ['resource'] },
    () => [...words()].flatMap(([resource, word]) => (word === undefined ? [] : [[{ resource }, word === 'well' ? 1 : 0] as const])),
  ); // prettier-ignore
  return {
    said: meters.counter({
      name: 'vnfha_instance_words_total',
      help: 'What the supervisor said of an instance: died, hung, well.',
      labels: ['resource', 'word'],
    }),
    told: meters.histogram({
      name: 'vnfha_pacemaker_told_seconds',
      help: 'From a failure that was seen until Pacemaker was told of it.',
      labels: ['resource'],
      buckets,
    }),
  };
}
