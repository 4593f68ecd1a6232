/** The FFI, loaded when it is first needed. */
import { createRequire } from 'node:module';
import type koffiModule from 'koffi';
import { Failure, messageOf } from './failure.ts';

export type Koffi = typeof koffiModule;

let loaded: Promise<Koffi> | undefined;

/**
 * Loads koffi at the first call. Agents are installed outside /usr/lib/vnfha, where Node does not look for it by itself.
 * @throws Failure 'missing'
 */
export function loadKoffi(): Promise<Koffi> {
  return (loaded ??= load().then((koffi) => {
    koffi.config({ async_stack_size: 4 << 20 }); // cpg_join puts up to 1 MiB on the stack; once a library is loaded it is too late
    return koffi;
  }));
}

async function load(): Promise<Koffi> {
  try {
    return (await import('koffi')).default;
  } catch {
    try {
      return createRequire('/usr/lib/vnfha/')('koffi') as Koffi;
    } catch (error) {
      throw new Failure('missing', `the module koffi cannot be loaded: ${messageOf(error)}`, {
        cure: 'Install vnfha again: /usr/lib/vnfha/node_modules/koffi belongs to it.',
        cause: error,
      });
    }
  }
}
