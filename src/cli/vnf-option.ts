/** Which of a node's VNFs a command is about: a description, or the name of one beside the node's. */
import { Argument, InvalidArgumentError, Option } from 'commander';
import { patterns } from '../model/schema/words.ts';
import { besideDirectory, paths, vnfPaths } from '../model/names.ts';
import { Failure } from '../process/failure.ts';

export const fileArgument = (): Argument => new Argument('[file]', `the VNF description; default ${paths.description}`);

export const vnfOption = (): Option =>
  new Option(
    '--vnf <name>',
    `a VNF that runs beside the node’s: ${besideDirectory}/NAME.yaml is its description`,
  ).argParser((name) => {
    if (new RegExp(patterns.name).test(name)) return name;
    throw new InvalidArgumentError('No VNF can have this name.');
  });

/** @throws Failure 'usage' for both */
export function descriptionOf(file: string | undefined, vnf: string | undefined): string {
  if (vnf === undefined) return file ?? paths.description;
  if (file !== undefined) throw new Failure('usage', 'a description is given, and --vnf, which names another');
  return vnfPaths({ name: vnf, beside: true }).description;
}
