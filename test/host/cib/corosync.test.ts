/** corosync.conf, read by Corosync itself, with the times of every target. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { renderCorosyncConfig } from '../../../src/cib/render.ts';
import { loadTemplates } from '../../../src/cib/templates.ts';
import { readDescription } from '../../../src/model/load.ts';
import { run } from '../../../src/process/run.ts';
import { example } from './simulated.ts';

/** What Corosync says of the configuration: its exit code, and its complaint. */
async function heldAgainst(config: string): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'vnfha-test-'));
  try {
    const file = path.join(directory, 'corosync.conf');
    // there is no key here, this machine is no node of it, and its log is not ours
    const here = config
      .replace(/crypto_(cipher|hash): .*/g, 'crypto_$1: none')
      .replace('192.0.2.11', '127.0.0.1')
      .replace('to_stderr: no', 'to_stderr: yes')
      .replace('to_syslog: yes', 'to_syslog: no')
      .replace('to_logfile: yes', 'to_logfile: no');
    await writeFile(file, here);
    const { code, stderr } = await run('corosync', ['-t', '-f', '-c', file], { accept: [0, 8] });
    return `${code} ${/parse error in config: (.*)/.exec(stderr)?.[1] ?? ''}`.trim();
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function configFor(recovery: string): Promise<string> {
  const text = (await readFile(example('sal1'), 'utf8'))
    .replace('recovery: SAL1', `recovery: ${recovery}`)
    .replace('takes: 1500ms', 'takes: 100ms');
  const { vnf, problems } = readDescription(text, recovery);
  if (vnf === undefined) throw new Error(JSON.stringify(problems));
  return renderCorosyncConfig(vnf, await loadTemplates());
}

for (const [recovery, token, consensus] of [
  ['sub-second', 300, 360],
  ['SAL1', 600, 720],
  ['SAL2', 1000, 1200],
  ['SAL3', 1000, 1200],
] as const) {
  test(`${recovery}: Corosync takes its token and consensus`, async (t) => {
    const config = await configFor(recovery);
    t.regex(config, new RegExp(`\\n {4}token: ${token}\\n {4}consensus: ${consensus}\\n`));
    t.is(await heldAgainst(config), '0');
  });
}

test('what Corosync refuses is seen here', async (t) => {
  const config = (await configFor('SAL1')).replace(/consensus: \d+/, 'consensus: 20');
  t.regex(await heldAgainst(config), /^8 .*consensus/);
});
