#!/usr/bin/env node
/**
 * package: makes dist/vnfha_VERSION_ARCHITECTURE.deb from the build, and dist/vnfha-VERSION.tgz, the command line for npm. The same input and SOURCE_DATE_EPOCH (default: the time of the last
 * commit) give the same bytes. DEBFULLNAME and DEBEMAIL, where they are set, say who built it.
 *
 * It is made for one architecture: libcpg is called through koffi, whose native part is in it. It depends on the distribution's
 * nodejs instead of carrying one, so that Node's security updates come by the distribution's ordinary way, and fit no matter what
 * vnfha's own pace is.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import './build.mjs';

const architecture = { x64: 'amd64', arm64: 'arm64' }[process.arch];
if (architecture === undefined) throw new Error(`no package is made for ${process.arch}`);
const project = path.resolve(import.meta.dirname, '..');
const parts = path.join(import.meta.dirname, 'debian');
const { version, description } = JSON.parse(await readFile(path.join(project, 'package.json'), 'utf8'));
const epoch = Number(
  process.env.SOURCE_DATE_EPOCH ?? (await output('git', ['-C', project, 'log', '-1', '--format=%ct'])),
);
const maintainer = `${process.env.DEBFULLNAME ?? 'vnfha'} <${process.env.DEBEMAIL ?? 'noreply@example.com'}>`;
const conffiles = {
  'etc/vnfha/README': 'README.etc',
  'etc/logrotate.d/vnfha': 'logrotate',
  'etc/default/vnfha': 'default',
};

const dist = path.join(project, 'dist');
const stage = await mkdtemp(path.join(dist, '.package-'));
const root = path.join(stage, 'root');
try {
  await cp(path.join(dist, 'root'), root, { recursive: true });
  await rm(path.join(root, `usr/lib/vnfha/node_modules/@koromix/koffi-linux-${process.arch}/musl_${process.arch}`), {
    recursive: true,
  });
  for (const [file, source] of Object.entries(conffiles)) await write(file, await part(source));
  await mkdir(path.join(root, 'etc/vnfha/templates'));
  await write('usr/share/doc/vnfha/copyright', await copyright());
  await write('usr/share/doc/vnfha/sbom.cdx.json', await sbom());
  await write('usr/share/doc/vnfha/changelog.gz', gzipSync(await changelog(), { level: 9 }));
  for (const page of await readdir(path.join(root, 'usr/share/man/man8'))) await compress(`usr/share/man/man8/${page}`);
  await controlFiles();
  await setTimes(root);
  const name = `vnfha_${version}_${architecture}.deb`;
  const env = { ...process.env, SOURCE_DATE_EPOCH: String(epoch) };
  await promisify(execFile)(
    'dpkg-deb',
    ['--root-owner-group', '-Zxz', '--threads-max=1', '--build', root, path.join(stage, name)],
    { env },
  );
  await rename(path.join(stage, name), path.join(dist, name));
  console.log(`built dist/${name} and dist/${await npmPackage()}`);
} finally {
  await rm(stage, { recursive: true, force: true });
}

/**
 * The command line for a machine that is no cluster's node, as an operator's own: npm brings koffi for it, which is all that isn't in
 * the bundles. npm gives every file the same time, so the bytes are the same each time, too.
 */
async function npmPackage() {
  const { license, engines, dependencies } = JSON.parse(await readFile(path.join(project, 'package.json'), 'utf8'));
  const tree = path.join(stage, 'npm');
  const from = path.join(dist, 'root/usr');
  const isOurs = (source) => !path.relative(from, source).split(path.sep).includes('node_modules');
  await cp(path.join(from, 'lib/vnfha'), path.join(tree, 'usr/lib/vnfha'), { recursive: true, filter: isOurs });
  await cp(path.join(from, 'share/vnfha'), path.join(tree, 'usr/share/vnfha'), { recursive: true });
  await cp(path.join(from, 'sbin/vnfha'), path.join(tree, 'usr/sbin/vnfha'));
  for (const file of ['LICENSE', 'README.md', 'CHANGELOG.md'])
    await cp(path.join(project, file), path.join(tree, file));
  const manifest = {
    ...{ name: 'vnfha', version, description, license, engines, type: 'module', os: ['linux'] },
    bin: { vnfha: 'usr/sbin/vnfha' },
    dependencies: { koffi: dependencies.koffi },
  };
  await writeFile(path.join(tree, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return (await output('npm', ['pack', '--silent', '--pack-destination', dist, tree])).trim();
}

async function output(program, args) {
  return (await promisify(execFile)(program, args)).stdout;
}

function part(name) {
  return readFile(path.join(parts, name), 'utf8');
}

async function write(file, content, mode = 0o644) {
  await mkdir(path.dirname(path.join(root, file)), { recursive: true });
  await writeFile(path.join(root, file), content);
  await chmod(path.join(root, file), mode);
}

async function compress(file) {
  await write(`${file}.gz`, gzipSync(await readFile(path.join(root, file)), { level: 9 }));
  await rm(path.join(root, file));
}

/** Of everything that is in the bundles and is not ours: the licence, in full. */
async function copyright() {
  const { packages } = JSON.parse(await readFile(path.join(project, 'package-lock.json'), 'utf8'));
  const used = Object.entries(packages).filter(([place, { dev, optional }]) => place !== '' && !dev && !optional);
  const licences = await Promise.all(
    used.map(async ([place, { version: of }]) => {
      const directory = path.join(project, place);
      const file = (await readdir(directory)).find((name) => /^licen[cs]e/i.test(name));
      const name = place.split('node_modules/').at(-1);
      const licence =
        file === undefined ? await named(directory) : shortened(await readFile(path.join(directory, file), 'utf8'));
      return `${'-'.repeat(78)}\n${name} ${of}\n\n${licence}\n`;
    }),
  );
  return [await part('copyright'), ...licences].join('\n');
}

/** Every library in the package, by the lock file (CycloneDX); without what would be another one each time. */
async function sbom() {
  const args = ['sbom', '--package-lock-only', '--omit', 'dev', '--sbom-format', 'cyclonedx', '--prefix', project];
  const bom = JSON.parse(await output('npm', args));
  delete bom.serialNumber;
  delete bom.metadata.timestamp;
  bom.metadata.component.name = 'vnfha';
  const native = /^@koromix\/koffi-/;
  const ours = `@koromix/koffi-linux-${process.arch}`;
  bom.components = bom.components.filter(({ name }) => !native.test(name) || name === ours);
  const left = new Set([bom.metadata.component, ...bom.components].map((each) => each['bom-ref']));
  bom.dependencies = bom.dependencies
    .filter(({ ref }) => left.has(ref))
    .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((each) => left.has(each)) }));
  return `${JSON.stringify(bom, null, 2)}\n`;
}

/** Some packages only name their licence. The MIT licence's terms are those of any other that has it. */
async function named(directory) {
  const { license, repository } = JSON.parse(await readFile(path.join(directory, 'package.json'), 'utf8'));
  if (license !== 'MIT') throw new Error(`${directory} has no licence file, and its licence is ${license}`);
  const text = await readFile(path.join(project, 'node_modules/pg/LICENSE'), 'utf8');
  return `MIT, by its package.json; its source is at ${repository.url}\n\n${text.slice(text.indexOf('Permission is hereby')).trim()}`;
}

/** Debian has the Apache licence's text once for all. */
function shortened(licence) {
  if (!licence.includes('TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION')) return licence.trim();
  const owners = licence.match(/^ *Copyright .*\d{4}.*$/gm) ?? [];
  return [...owners.map((line) => line.trim()), 'Apache-2.0: see /usr/share/common-licenses/Apache-2.0'].join('\n');
}

/** What changed is told in CHANGELOG.md; Debian's own format says which version this is, and when it was made. */
async function changelog() {
  const date = new Date(epoch * 1000).toUTCString().replace('GMT', '+0000');
  const changes = '  * What changed is told in CHANGELOG.md.gz beside this file.';
  await write('usr/share/doc/vnfha/CHANGELOG.md', await readFile(path.join(project, 'CHANGELOG.md')));
  await compress('usr/share/doc/vnfha/CHANGELOG.md');
  return `vnfha (${version}) unstable; urgency=medium\n\n${changes}\n\n -- ${maintainer}  ${date}\n`;
}

async function controlFiles() {
  const files = await filesIn(root);
  const sizes = await Promise.all(files.map(async (file) => (await readFile(path.join(root, file))).length));
  const installed = sizes.reduce((sum, size) => sum + Math.ceil(size / 1024), 0);
  const sums = await Promise.all(
    files
      .filter((file) => !(file in conffiles))
      .map(
        async (file) =>
          `${createHash('md5')
            .update(await readFile(path.join(root, file)))
            .digest('hex')}  ${file}\n`,
      ),
  );
  const values = { version, architecture, maintainer, installed, summary: description };
  const control = (await part('control')).replace(/@(\w+)@/g, (_, key) => values[key]);
  await write('DEBIAN/control', control);
  await write('DEBIAN/md5sums', sums.join(''));
  await write(
    'DEBIAN/conffiles',
    Object.keys(conffiles)
      .map((file) => `/${file}\n`)
      .join(''),
  );
  for (const script of ['postinst', 'prerm', 'postrm']) await write(`DEBIAN/${script}`, await part(script), 0o755);
}

async function filesIn(tree) {
  const entries = await readdir(tree, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(tree, path.join(entry.parentPath, entry.name)))
    .sort();
}

/** Modes and times whatever the umask and the clock were. */
async function setTimes(tree) {
  for (const entry of await readdir(tree, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (entry.isDirectory()) await chmod(file, 0o755);
    await utimes(file, epoch, epoch);
  }
  await chmod(tree, 0o755);
  await utimes(tree, epoch, epoch);
}
