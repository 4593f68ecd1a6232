/** Every import arrow points one way: who may import whom, and what the pure parts may not touch. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';

const root = path.resolve(import.meta.dirname, '../..');
const neighbours = ['corosync', 'pacemaker', 'haproxy', 'libvirt', 'vnfm', 'sync'];

/** folder -> folders of ours that it may import besides itself */
const allowed: Record<string, readonly string[]> = {
  model: ['process'],
  process: [],
  cib: ['model', 'process'],
  decide: ['model'],
  ...Object.fromEntries(neighbours.map((neighbour) => [neighbour, ['model', 'process']])),
  sync: ['model', 'process', 'corosync'], // one of its channels is a group of corosync
  ocf: ['model', 'process', 'segment', ...neighbours],
  segment: ['model', 'process'],
  heartbeat: ['model', 'process'],
  bridge: ['model', 'process', 'cib', 'decide', 'heartbeat', 'status', 'page', ...neighbours],
  supervisor: ['model', 'process', 'decide', 'ocf', 'heartbeat', ...neighbours],
  notifier: ['model', 'process', 'cib', 'decide', ...neighbours],
  agents: ['model', 'process', 'ocf', 'corosync', 'haproxy'],
  status: ['model', 'process', 'decide', 'notifier', ...neighbours],
  page: ['model', 'process', 'decide', 'status', ...neighbours],
  import: ['model', 'process', 'cib'],
  simulate: ['model', 'process', 'cib', 'decide', 'pacemaker'],
  doctor: ['model', 'process', 'cib', 'decide', 'status', ...neighbours],
  lab: ['model', 'process', 'cib', ...neighbours],
};

/** Folders whose decisions must not depend on a clock, on chance or on the machine. */
const pure = ['decide'];

interface Import {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

function importsOf(file: string): Import[] {
  const text = readFileSync(path.join(root, file), 'utf8');
  return [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g)].map(([, to]) => ({
    file,
    from: folderOf(file),
    to: to!.startsWith('.') ? path.relative(root, path.resolve(root, path.dirname(file), to!)) : to!,
  }));
}

/** 'agents', or the folder in src. */
const folderOf = (file: string): string => (file.startsWith('src/') ? file.split('/')[1]! : file.split('/')[0]!);

const files = ['src', 'agents'].flatMap((top) =>
  readdirSync(path.join(root, top), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => path.join(top, file)),
);

const wrong = (imports: readonly Import[]): string[] =>
  imports.flatMap(({ file, from, to }) => {
    if (pure.includes(from) && !to.startsWith('src/')) return [`${file} imports ${to}`];
    if (!to.startsWith('src/') || ['cli', 'demo'].includes(from)) return [];
    const target = to.split('/')[1]!;
    return target === from || allowed[from]?.includes(target) ? [] : [`${file} imports ${to}`];
  });

test('no import arrow points the wrong way', (t) => {
  t.true(files.length > 5);
  t.deepEqual(wrong(files.flatMap(importsOf)), []);
});

test('the decisions read no clock and take no chance', (t) => {
  const impure = files
    .filter((file) => pure.includes(folderOf(file)))
    .filter((file) =>
      /\b(Date\.now|new Date\(\)|performance\.|Math\.random|process\.|setTimeout)/.test(
        readFileSync(path.join(root, file), 'utf8'),
      ),
    );
  t.deepEqual(impure, []);
});

test('a wrong arrow is seen', (t) => {
  t.deepEqual(wrong([{ file: 'src/decide/x.ts', from: 'decide', to: 'node:fs' }]), ['src/decide/x.ts imports node:fs']);
  t.deepEqual(wrong([{ file: 'src/haproxy/x.ts', from: 'haproxy', to: 'src/decide/y.ts' }]), [
    'src/haproxy/x.ts imports src/decide/y.ts',
  ]);
  t.deepEqual(wrong([{ file: 'agents/x.ts', from: 'agents', to: 'src/bridge/y.ts' }]), [
    'agents/x.ts imports src/bridge/y.ts',
  ]);
});
