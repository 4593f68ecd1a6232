/** Reads the facts. It changes nothing. */
import { readdir, stat } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import { hostname } from 'node:os';
import { changesBetween } from '../cib/changes.ts';
import { generateCib } from '../cib/generate.ts';
import { mergeCib } from '../cib/merge.ts';
import { renderHaproxyConfig } from '../cib/render.ts';
import { loadTemplates } from '../cib/templates.ts';
import { type Move, movesIn } from '../decide/adoption.ts';
import { runtimeAt } from '../haproxy/runtime.ts';
import { loadVnf } from '../model/load.ts';
import { besideDirectory, paths, remoteKey, remotePort, vnfPaths } from '../model/names.ts';
import type { Vnf } from '../model/vnf.ts';
import { readStatus } from '../pacemaker/crm-mon.ts';
import { queryCib } from '../pacemaker/live-cib.ts';
import { messageOf } from '../process/failure.ts';
import { run } from '../process/run.ts';
import { type Element, parseXml } from '../process/xml.ts';
import { readJournal } from '../status/incidents.ts';
import { agentFiles, vmFiles } from './node-checks.ts';
import type { ClusterFacts, Facts, FileFacts, Member, NodeFacts } from './facts.ts';

const timeoutMs = 5000;

/** All that can be read of this node and its cluster. What can't be is undefined in it, or said why. */
export async function gatherFacts(file: string): Promise<Facts> {
  const loaded = await attempt(loadVnf(file));
  const vnf = loaded.value;
  const [here, cluster, described, moves] = await Promise.all([
    gatherNode(vnf),
    attempt(gatherCluster(vnf)),
    allHere(),
    vnf === undefined ? undefined : attempt(gatherMoves(vnf)),
  ]);
  return {
    node: hostname(),
    description: { file, vnf, problem: loaded.problem },
    others: described.filter(({ name }) => name !== vnf?.name),
    moves: moves?.value ?? [],
    here,
    cluster: cluster.value,
    clusterProblem: cluster.problem,
  };
}

const gatherMoves = async (vnf: Vnf): Promise<readonly Move[]> =>
  movesIn(await readJournal(vnfPaths(vnf).incidentJournal, vnf.name), vnf);

/** Every VNF that this node has a description of; those that can't be read have a doctor of their own. */
async function allHere(): Promise<Vnf[]> {
  const beside = await attempt(readdir(besideDirectory));
  const files = (beside.value ?? [])
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => `${besideDirectory}/${name}`);
  const loaded = await Promise.all([paths.description, ...files].map((file) => attempt(loadVnf(file))));
  return loaded.flatMap(({ value }) => value ?? []);
}

async function gatherNode(vnf: Vnf | undefined): Promise<NodeFacts> {
  const { bridgeSocket, haproxySocket } = vnf === undefined ? paths : vnfPaths(vnf);
  const [pacemaker, corosync, haproxy, virsh, files, bridgeAnswers, haproxyState, enabled, clock, config, guests] =
    await Promise.all([
      version('pacemakerd', '--version'),
      version('corosync', '-v'),
      version('haproxy', '-v'),
      version('virsh', '--version'),
      statAll(vnf),
      answers(bridgeSocket),
      attempt(runtimeAt(haproxySocket, timeoutMs).observe()),
      said('systemctl', 'is-enabled', 'haproxy.service'),
      said('timedatectl', 'show', '-p', 'NTPSynchronized'),
      vnf?.loadBalancer === undefined ? undefined : attempt(haproxyConfig(vnf)),
      answeringGuests(vnf),
    ]);
  return {
    versions: { node: process.versions.node, pacemaker, corosync, haproxy, virsh },
    files,
    bridgeAnswers,
    haproxyAnswers: haproxyState.problem === undefined,
    haproxyServiceEnabled: enabled?.trim() === 'enabled',
    clockSynchronised: clock === undefined || !clock.includes('=') ? undefined : clock.includes('yes'),
    haproxyConfig: config?.value,
    guestsAnswer: new Set(guests),
  };
}

/** Whose pacemaker_remote accepts a connection from here. */
async function answeringGuests(vnf: Vnf | undefined): Promise<string[]> {
  const asked = (vnf?.guests ?? []).map(async ({ name, addresses }) => {
    return (await accepts(Object.values(addresses)[0]!, remotePort)) ? [name] : [];
  });
  return (await Promise.all(asked)).flat();
}

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: timeoutMs });
    const end = (answer: boolean) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.on('connect', end(true)).on('error', end(false)).on('timeout', end(false));
  });
}

const haproxyConfig = async (vnf: Vnf): Promise<string> => renderHaproxyConfig(vnf, new Set(), await loadTemplates());

async function gatherCluster(vnf: Vnf | undefined): Promise<ClusterFacts> {
  const [text, status, token, groups] = await Promise.all([
    queryCib(),
    readStatus(),
    said('corosync-cmapctl', '-g', 'runtime.config.totem.token'),
    said('corosync-cpgtool', '-e'),
  ]);
  const cib = parseXml(text, 'the live CIB');
  const different = vnf === undefined ? undefined : await attempt(differences(cib, vnf));
  const tokenMs = /= (\d+)/.exec(token ?? '')?.[1];
  return {
    cib,
    status,
    differences: different?.value,
    tokenMs: tokenMs === undefined ? undefined : Number(tokenMs),
    members: groups === undefined ? undefined : parseGroups(groups),
  };
}

async function differences(cib: Element, vnf: Vnf): Promise<number> {
  const ours = generateCib(vnf, await loadTemplates());
  return changesBetween(cib, mergeCib(cib, ours, vnf.name)).length;
}

/** What `corosync-cpgtool -e` prints: a group's name on a line, then a line for each member: PID, node id (address). */
export function parseGroups(text: string): Map<string, Member[]> {
  const groups = new Map<string, Member[]>();
  let current: Member[] = [];
  for (const line of text.split('\n').slice(1)) {
    const member = /^\s+(\d+)\s+(\d+)\b/.exec(line);
    if (member !== null) current.push({ pid: Number(member[1]), nodeId: Number(member[2]) });
    else if (line.trim() !== '') groups.set(line.trim(), (current = []));
  }
  return groups;
}

async function statAll(vnf: Vnf | undefined): Promise<Map<string, FileFacts | undefined>> {
  const all = [
    ...[
      paths.alertAgent,
      paths.description,
      besideDirectory,
      '/etc/vnfha',
      '/run/vnfha',
      '/var/lib/vnfha',
      '/etc/corosync/authkey',
    ],
    ...agentFiles(vnf),
    ...vmFiles(vnf, hostname()),
    ...(vnf?.guests.length ? [remoteKey] : []),
    ...(vnf?.vnfm?.auth?.clientSecretFile === undefined ? [] : [vnf.vnfm.auth.clientSecretFile]),
  ];
  const found = all.map(async (file): Promise<[string, FileFacts | undefined]> => {
    const { value } = await attempt(stat(file));
    return [file, value && { mode: value.mode & 0o7777, uid: value.uid }];
  });
  return new Map(await Promise.all(found));
}

async function version(program: string, option: string): Promise<string | undefined> {
  return /\d+\.\d+(\.\d+)?/.exec((await said(program, option)) ?? '')?.[0];
}

/** What a program prints, whatever its exit code; undefined where it isn't there, or prints nothing. */
async function said(program: string, ...args: string[]): Promise<string | undefined> {
  const accept = Array.from({ length: 256 }, (_, code) => code);
  const { value } = await attempt(run(program, args, { timeout: timeoutMs, accept }));
  return value?.stdout === '' ? undefined : value?.stdout;
}

function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const call = request({ socketPath, path: '/state', timeout: timeoutMs }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    call.on('timeout', () => call.destroy());
    call.on('error', () => resolve(false));
    call.end();
  });
}

async function attempt<T>(work: Promise<T>): Promise<{ value: T | undefined; problem: string | undefined }> {
  try {
    return { value: await work, problem: undefined };
  } catch (error) {
    return { value: undefined, problem: messageOf(error) };
  }
}
