/** `vnfha lab up`. */
import { Lab } from '../../lab/lab.ts';

interface LabUpOptions {
  readonly name: string;
  readonly nodes?: number;
  readonly apply: boolean;
  readonly bootDelay: number;
}

/** Until the last step is done, the lab is bound to this process: Ctrl-C leaves nothing. */
export async function labUp([description, ...beside]: readonly string[], options: LabUpOptions): Promise<void> {
  const begun = performance.now();
  const progress = (text: string) => {
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    process.stderr.write(`${seconds.padStart(5)} s  ${text}\n`);
  };
  const lab = await Lab.up({
    name: options.name,
    bootDelayMs: options.bootDelay * 1000,
    progress,
    ...(description === undefined ? {} : { description }),
    beside,
    ...(options.nodes === undefined ? {} : { nodes: options.nodes }),
  });
  try {
    progress('waiting for the cluster to form');
    await lab.ready();
    progress('the cluster has formed');
    if (options.apply) {
      await lab.apply();
      progress('the description is applied');
    }
  } catch (error) {
    await lab.down();
    throw error;
  }
  lab.release();
  const suffix = options.name === 'lab' ? '' : ` --name ${options.name}`;
  progress(`the lab is up: 'vnfha lab status${suffix}', 'vnfha lab down${suffix}'`);
}
