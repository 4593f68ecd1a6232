/**
 * The agents as they are installed: for each a bundle for Node and its metadata in LIB/agents, and a stub in RESOURCES, which is
 * what Pacemaker calls.
 */
import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';

const project = path.resolve(import.meta.dirname, '..');
/** As in src/ocf/fast-path.ts. */
const separator = '\u001f';

/** How a bundle of ours is made. */
export function bundle(options) {
  return build({
    absWorkingDir: project,
    bundle: true,
    platform: 'node',
    target: 'node20',
    external: ['koffi'],
    logLevel: 'warning',
    ...options,
  });
}

/**
 * Builds every agent of agents/. `lib` is where /usr/lib/vnfha is made, `resources` where the stubs go; `installedLib` is what
 * `lib` is called where they run.
 */
export async function buildAgents({ lib, resources, installedLib, define = {} }) {
  await Promise.all([mkdir(path.join(lib, 'agents'), { recursive: true }), mkdir(resources, { recursive: true })]);
  const sources = (await readdir(path.join(project, 'agents'))).filter((file) => file.endsWith('.ts'));
  await Promise.all([...sources.map((file) => buildAgent(path.basename(file, '.ts'))), shellAgent('vip')]);

  /** Written for a shell as it is, with its metadata beside it. */
  async function shellAgent(name) {
    await copyFile(path.join(project, `agents/${name}.xml`), path.join(lib, 'agents', `${name}.xml`));
    const text = await readFile(path.join(project, `agents/${name}.sh`), 'utf8');
    await writeFile(path.join(resources, name), fill(text, { LIB: installedLib }));
    await chmod(path.join(resources, name), 0o755);
  }

  async function buildAgent(name) {
    if (name === 'drain')
      return bundle({
        entryPoints: ['agents/drain.ts'],
        outfile: path.join(lib, 'agents/drain.cjs'),
        format: 'cjs',
        define,
      });
    const alert = name === 'alert'; // not a resource agent
    const outfile = path.join(lib, alert ? 'alert.cjs' : `agents/${name}.cjs`);
    const banner = alert ? { js: '#!/usr/bin/env node' } : {};
    await bundle({ entryPoints: [`agents/${name}.ts`], outfile, format: 'cjs', banner, define });
    if (alert) {
      await copyFile(path.join(project, 'agents/alert.sh'), path.join(lib, name));
      return Promise.all([outfile, path.join(lib, name)].map((file) => chmod(file, 0o755)));
    }
    const { stdout: metadata } = await promisify(execFile)(process.execPath, [outfile, 'meta-data']);
    await writeFile(path.join(lib, 'agents', `${name}.xml`), metadata);
    await writeFile(path.join(resources, name), await stubOf(name, metadata, installedLib));
    await chmod(path.join(resources, name), 0o755);
  }
}

/** A place in the load balancer is known by its state alone; of the others, the supervisor knows how they are, and of a VNFC that it is dead. */
async function stubOf(name, metadata, installedLib) {
  const part = async (file) => readFile(path.join(project, 'agents/stub', `${file}.sh`), 'utf8');
  const parameters = [...metadata.matchAll(/<parameter name="(\w+)"/g)].map(([, parameter]) => parameter);
  const given = parameters.map((parameter) => `$OCF_RESKEY_${parameter}`).join(separator);
  const values = { NAME: name, LIB: installedLib, GIVEN: given };
  // a shell reads comments each time, and what comes after the answer not at all
  const answer = async (file) => fill((await part(file)).replace(/^ *#.*\n/gm, ''), values);
  values.ANSWER = await answer(name === 'lb-member' ? 'state' : 'sight');
  values.ELSE = name === 'vnfc' ? await answer('gone') : '';
  values.GONE = name === 'vnfc' ? 'answer_gone "$1" 2>/dev/null' : ':';
  return fill(await part('main'), values);
}

const fill = (text, values) => text.replace(/@([A-Z]+)@/g, (_, key) => values[key]);
