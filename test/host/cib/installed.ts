/** Runs a program as on a machine where the build is installed, with the lab's fence agent: pcs and crm ask the agents. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { run, type RunResult } from '../../../src/process/run.ts';

const built = path.resolve(import.meta.dirname, '../../../dist/root/usr');

/** Runs `script` by sh in a mount namespace of its own; `$1` is a CIB file that holds `cib`. Returns also what the file holds then. */
export async function whereInstalled(script: string, cib: string, files: Record<string, string> = {}) {
  const directory = mkdtempSync(path.join(tmpdir(), 'vnfha-test-'));
  try {
    const file = path.join(directory, 'cib.xml');
    for (const [name, content] of Object.entries({ ...files, 'cib.xml': cib })) {
      writeFileSync(path.join(directory, name), content);
    }
    mkdirSync(path.join(directory, 'lab/sbin'), { recursive: true });
    const agent = readFileSync(path.join(built, 'lib/vnfha/lab/fence_vnfha_lab.cjs'), 'utf8');
    writeFileSync(path.join(directory, 'lab/sbin/fence_vnfha_lab'), `#!/usr/bin/env node\n${agent}`, { mode: 0o755 });
    const layers = `lowerdir=${directory}/lab:${built}:/usr`;
    const inside = `mount -t overlay overlay -o ${layers} /usr && cd ${directory} && ${script}`;
    const env = { CIB_file: file, HOME: directory };
    const result: RunResult = await run('unshare', ['--mount', 'sh', '-c', inside, 'sh', file], {
      env,
      timeout: 240_000,
    });
    return { ...result, cib: readFileSync(file, 'utf8') };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
