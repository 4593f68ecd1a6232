/** The FFI, loaded when it is first needed. */
import { createRequire } from 'node:module';
import type koffiModule from 'koffi';
import { Failure, messageOf } from './failure.ts';

export type Koffi = typeof koffiModule;

/**
 * Loads koffi. Agents are installed outside /usr/lib/vnfha, where Node does not look for it by itself.
 * @throws Failure 'missing'
 */
export async function loadKoffi(): Promise<Koffi> {
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
