/** What can be tortured: examples, a scheme or two each, by what is looked at in them and what is struck. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Lab } from '../../src/lab/lab.ts';
import { type Fault, hung, killed, ofTheBalancer, ofTheCluster, ofTheVnfm } from './faults.ts';

export interface Subject {
  /** The description, of the directory `examples`. */
  readonly example: string;
  /** ms for which two hosts may have an address, by the address. */
  readonly vips: Readonly<Record<string, number>>;
  /** By BACKEND/SERVER: whether it answers, as seen from which host. */
  readonly servers: Readonly<Record<string, { readonly from: string; readonly url: string }>>;
  /** The nodes that have a HAProxy. */
  readonly balancers: readonly string[];
  readonly faults: Readonly<Record<string, Fault>>;
  /** Whether there is one, and the command by which it repairs. */
  readonly vnfm: { readonly secret: boolean; readonly onHeal?: readonly string[] } | undefined;
  /** What stands beside the cluster. */
  readonly begin?: (lab: Lab) => Promise<void>;
}

/** An address that moves between the looks at two nodes is seen twice for a moment. */
const oneOwnerMs = 1000;
/** Who elect among themselves: one hangs for 4 s, is found out by the probe (monitor: 2 s) or by itself, and is taken down. */
const electedMs = 12_000;
const nodes = ['node1', 'node2', 'node3'];
const balancers = ['node1', 'node2'];

const each = (names: readonly string[], server: (name: string) => [string, string, string]): Subject['servers'] =>
  Object.fromEntries(names.map(server).map(([name, from, url]) => [name, { from, url }]));

const media = 'media';
const number = (node: string): string => node.replace('node', '');
/** A server of examples/lb-managed.yaml; it says its name. */
const mediaServer = (server: string): string =>
  `require("node:http").createServer((asked, answer) => answer.end("media-${server}")).listen(8080, "10.77.0.10${server}")`;
/** Starts each that doesn't run: what a VNFM does that makes a VNFC anew. */
const mediaScript = `#!/bin/sh
${['1', '2', '3']
  .map((server) => `pgrep -f 'listen.8080, .10.77.0.10${server}' >/dev/null || setsid node -e '${mediaServer(server)}' >/dev/null 2>&1 </dev/null &`)
  .join('\n')}
`; // prettier-ignore
const mediaPattern = (node: string): RegExp => new RegExp(`^node -e .*listen.8080, .10.77.0.10${number(node)}`);
const mediaFault = (fault: (program: RegExp, where: () => string) => Fault): Fault => ({
  strike: (scene, node, ms) => fault(mediaPattern(node), () => 'client').strike(scene, node, ms),
});

const libvirtdKilled: Fault = {
  async strike(scene, node, ms) {
    await killed('libvirtd').strike(scene, node, ms);
    await delay(ms);
    await scene.lab.exec(node, ['sh', '-c', 'pgrep -x libvirtd || libvirtd -d -p /run/libvirtd.pid']);
  },
};
const vm = /^\/usr\/bin\/qemu-system-x86_64 -name guest=/;

export const subjects: Readonly<Record<string, Subject>> = {
  // A1, B1 and C
  sipcore: {
    example: 'sipcore',
    vips: { '10.77.0.50': oneOwnerMs, '10.77.0.60': oneOwnerMs },
    servers: each(nodes, (node) => [`sipcore-web/${node}`, node, 'http://127.0.0.1:8080/health']),
    balancers,
    vnfm: { secret: true },
    faults: {
      'the web is killed': killed('nginx'),
      'the web hangs': hung('nginx'),
      'the registrar is killed': killed('redis-server'),
      'the registrar hangs': hung('redis-server'),
      ...ofTheBalancer,
      ...ofTheCluster,
      ...ofTheVnfm,
    },
  },
  // B1, and C with two VIPs
  'two-vips': {
    example: 'two-vips',
    vips: { '10.77.0.60': oneOwnerMs, '10.77.0.61': oneOwnerMs },
    servers: each(nodes, (node) => [`twovips-web/${node}`, node, 'http://127.0.0.1:8080/health']),
    balancers,
    vnfm: undefined,
    faults: {
      'the web is killed': killed('nginx'),
      'the web hangs': hung('nginx'),
      ...ofTheBalancer,
      ...ofTheCluster,
    },
  },
  // A2
  'vip-by-vnfc': {
    example: 'vip-by-vnfc',
    vips: { '10.77.0.50': oneOwnerMs, '10.77.0.70': electedMs },
    servers: {},
    balancers: [],
    vnfm: undefined,
    faults: {
      'the policy is killed': killed('redis-server'),
      'the policy hangs': hung('redis-server'),
      'the gateway is killed': killed('keepalived'),
      'the gateway hangs': hung('keepalived'),
      ...ofTheCluster,
    },
  },
  // B2 and D
  'lb-managed': {
    example: 'lb-managed',
    vips: { '10.77.0.51': oneOwnerMs, '10.77.0.52': oneOwnerMs, '10.77.0.60': oneOwnerMs },
    servers: {
      ...each(['1', '2', '3'], (at) => [`edge-media/media-${at}`, 'client', `http://10.77.0.10${at}:8080/health`]),
      'edge-store/a': { from: 'client', url: 'tcp://10.77.0.51:6381' },
      'edge-store/b': { from: 'client', url: 'tcp://10.77.0.52:6382' },
    },
    balancers,
    vnfm: { secret: true, onHeal: ['sh', `/opt/vnfha-bench/${media}`] },
    async begin(lab) {
      for (const at of ['1', '2', '3'])
        await lab.exec('client', ['ip', 'addr', 'add', `10.77.0.10${at}/24`, 'dev', 'eth0']);
      await lab.writeFile('client', `/opt/vnfha-bench/${media}`, mediaScript);
      await lab.exec('client', ['sh', `/opt/vnfha-bench/${media}`]);
    },
    faults: {
      'a server is killed': mediaFault(killed),
      'a server hangs': mediaFault(hung),
      'the stores are killed': killed('redis-server'),
      'the stores hang': hung('redis-server'),
      ...ofTheBalancer,
      ...ofTheCluster,
      ...ofTheVnfm,
    },
  },
  // B3
  vms: {
    example: 'vms',
    vips: { '10.77.0.60': oneOwnerMs },
    servers: each(['1', '2'], (at) => [`vms-web/web${at}`, 'client', `http://10.77.0.4${at}:8080/health`]),
    balancers,
    vnfm: { secret: false },
    faults: {
      'the VMs are killed': killed(vm),
      'the VMs hang': hung(vm),
      'libvirtd is killed': libvirtdKilled,
      ...ofTheBalancer,
      ...ofTheCluster,
      ...ofTheVnfm,
    },
  },
};
