#!/usr/bin/env node
/**
 * build: makes what is installed.
 *
 *   dist/root/                 the artefact: a tree that unpacks at /
 *   dist/bin/vnfha             the CLI of this checkout (npx vnfha …)
 *   dist/vnfha-VERSION.tar.gz  the artefact, packed; the same input gives the same bytes
 *
 * Everything is made aside and then put in its place by renaming, so that a failed build leaves the last good one.
 */
import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import { buildAgents, bundle } from './agents.mjs';

const project = path.resolve(import.meta.dirname, '..');
const { version } = JSON.parse(await readFile(path.join(project, 'package.json'), 'utf8'));
const define = { 'process.env.VNFHA_VERSION': JSON.stringify(version) };
const begun = performance.now();
const dist = path.join(project, 'dist');
await mkdir(dist, { recursive: true });
const stage = await mkdtemp(path.join(dist, '.build-'));
const root = path.join(stage, 'root');
const lib = path.join(root, 'usr/lib/vnfha');
try {
  await Promise.all([bundleCli(), bundleSyncClient(), bundleLab(), agents(), copyKoffi(), copyData(), manual()]);
  await writeLauncher(path.join(root, 'usr/sbin/vnfha'), '../lib/vnfha/vnfha.mjs');
  await writeLauncher(path.join(stage, 'bin/vnfha'), '../root/usr/lib/vnfha/vnfha.mjs');
  await setModes(root);
  await pack();
  await putInPlace();
} finally {
  await rm(stage, { recursive: true, force: true });
}
console.log(`built dist/root and dist/vnfha-${version}.tar.gz in ${((performance.now() - begun) / 1000).toFixed(1)} s`);

/** Split, so that a command loads its own code only. */
function bundleCli() {
  return bundleModule({
    entryPoints: { vnfha: 'src/cli/main.ts' },
    outdir: lib,
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
  });
}

/** For programs of the VNFCs: one file, which needs nothing but Node, and its types. */
async function bundleSyncClient() {
  const typesOf = async (name) => {
    const fileName = path.join(project, 'src/sync', `${name}.ts`);
    const { outputText } = ts.transpileDeclaration(await readFile(fileName, 'utf8'), { fileName });
    return outputText.replace(/^import .*from '\.\/.*\n/gm, ''); // they are all here
  };
  const [types, status, client] = await Promise.all(['types', 'status', 'client'].map(typesOf));
  const inner = (types + status).replace(/^export declare /gm, 'declare '); // values that the client hasn't got
  const own = `${inner}${client}export {};\n`;
  await mkdir(lib, { recursive: true });
  await writeFile(path.join(lib, 'sync-client.d.mts'), own);
  await bundle({
    entryPoints: ['src/sync/client.ts'],
    outfile: path.join(lib, 'sync-client.mjs'),
    format: 'esm',
    banner: { js: '// The client of a sidecar of vnfha: see docs/sync.md.' },
  });
}

/** The CommonJS modules inside want a `require`. */
function bundleModule(options) {
  return bundle({
    define,
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    banner: {
      js: "import { createRequire as vnfhaCreateRequire } from 'node:module'; const require = vnfhaCreateRequire(import.meta.url);",
    },
    ...options,
  });
}

/** Manual pages and bash's completion: written by a program that knows the CLI's definition. */
async function manual() {
  await bundleModule({ entryPoints: { manual: 'scripts/manual/write.ts' }, outdir: stage });
  await promisify(execFile)(process.execPath, [path.join(stage, 'manual.mjs'), root, version]);
}

/** The programs that run inside a lab: single files, so that each is whole once it is started. */
async function bundleLab() {
  const programs = {
    world: 'src/lab/world/main.ts',
    node: 'src/lab/node/main.ts',
    fence_vnfha_lab: 'src/lab/fence/main.ts',
    traffic: 'src/demo/traffic.ts',
  };
  await bundle({
    define,
    entryPoints: programs,
    outdir: path.join(lib, 'lab'),
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
  });
  // its VMs, and the libvirtd of a node that runs them
  const scripts = ['guest', 'guest-node', 'libvirt-node'];
  await Promise.all(scripts.map((name) => cp(path.join(project, 'scripts', name), path.join(lib, 'lab', name))));
}

function agents() {
  return buildAgents({
    lib,
    resources: path.join(root, 'usr/lib/ocf/resource.d/vnfha'),
    installedLib: '/usr/lib/vnfha',
    define,
  });
}

/** koffi cannot be bundled: its native part is a file of its own. Its C++ sources and its documentation stay behind. */
async function copyKoffi() {
  const from = path.join(project, 'node_modules');
  const to = path.join(lib, 'node_modules');
  const files = (await readdir(path.join(from, 'koffi'), { recursive: true }))
    .filter((file) => !/^(vendor|doc)\b/.test(file))
    .filter((file) => /^(index|indirect|static|trampolines)\.c?js$|^package\.json$|^LICENSE/.test(path.basename(file)));
  await Promise.all(files.map((file) => cp(path.join(from, 'koffi', file), path.join(to, 'koffi', file))));
  await cp(path.join(from, '@koromix'), path.join(to, '@koromix'), { recursive: true });
}

async function copyData() {
  const share = path.join(root, 'usr/share/vnfha');
  const schema = 'vnf-description.schema.json';
  await cp(path.join(project, 'cib-templates'), path.join(share, 'cib-templates'), { recursive: true });
  await cp(path.join(project, 'examples'), path.join(share, 'examples'), { recursive: true });
  await cp(path.join(project, 'monitoring'), path.join(share, 'monitoring'), { recursive: true });
  await cp(path.join(project, 'src/page/browser'), path.join(share, 'page'), { recursive: true });
  await cp(path.join(project, 'docs', schema), path.join(share, schema));
  const docs = (await readdir(path.join(project, 'docs'))).filter((name) => name.endsWith('.md'));
  await Promise.all(
    docs.map((name) => cp(path.join(project, 'docs', name), path.join(root, 'usr/share/doc/vnfha', name))),
  );
  await cp(path.join(project, 'docs/images'), path.join(root, 'usr/share/doc/vnfha/images'), { recursive: true });
  await cp(path.join(project, 'systemd'), path.join(root, 'usr/lib/systemd/system'), { recursive: true });
  await cp(path.join(project, 'scripts/debian/tmpfiles'), path.join(root, 'usr/lib/tmpfiles.d/vnfha.conf'));
}

async function writeLauncher(file, bundlePath) {
  await mkdir(path.dirname(file), { recursive: true });
  const lines = [
    '#!/bin/sh',
    'here=$(dirname "$(readlink -f "$0")")',
    'command -v node >/dev/null || { echo "vnfha: Node.js is not installed (20.19 or later is needed)" >&2; exit 5; }',
    `exec node "$here/${bundlePath}" "$@"`,
  ];
  await writeFile(file, lines.join('\n') + '\n', { mode: 0o755 });
}

/** The same modes whatever the umask was: programs 755, the rest 644. */
async function setModes(tree) {
  await chmod(tree, 0o755);
  for (const entry of await readdir(tree, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    const head = entry.isDirectory() ? '#!' : (await readFile(file)).subarray(0, 2).toString('latin1');
    await chmod(file, head === '#!' ? 0o755 : 0o644);
  }
}

async function pack() {
  const sameBytes = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '--format=gnu'];
  const archive = path.join(stage, `vnfha-${version}.tar.gz`);
  await promisify(execFile)('tar', [...sameBytes, '-I', 'gzip -n', '-cf', archive, '-C', root, '.']);
}

async function putInPlace() {
  for (const name of ['root', 'bin', `vnfha-${version}.tar.gz`]) {
    const old = path.join(stage, `old-${name}`);
    await rename(path.join(dist, name), old).catch((error) => {
      if (error.code !== 'ENOENT') throw error;
    });
    await rename(path.join(stage, name), path.join(dist, name));
  }
}
