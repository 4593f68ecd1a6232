/** `vnfha` as a process: what it does when what it prints, or what it reads, is not what it should be. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import test from 'ava';
import { exitCodes } from '../../../src/process/failure.ts';

const root = path.resolve(import.meta.dirname, '../../..');

function vnfha(command: string) {
  const program = `${process.execPath} --import=tsx src/cli/main.ts`;
  return spawnSync('bash', ['-c', command.replace('vnfha', program)], { cwd: root, encoding: 'utf8' });
}

test('a full disk is one sentence', (t) => {
  const { status, stderr } = vnfha('vnfha check examples/sipcore.yaml >/dev/full');
  t.is(status, exitCodes.unexpected);
  t.is(stderr, 'vnfha: what was to be printed cannot be written: ENOSPC: no space left on device, write\n');
});

test('that nobody reads on is told to nobody', (t) => {
  const { stderr } = vnfha('{ vnfha check examples/sipcore.yaml; } | true');
  t.is(stderr, '');
});

test('a directory is no description', (t) => {
  const { status, stderr } = vnfha('vnfha check examples');
  t.is(status, exitCodes.input);
  t.is(stderr, 'vnfha: examples is a directory\nName the description in it.\n');
});
