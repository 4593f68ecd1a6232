/** The lab of a peer: three nodes with a blank cluster, and the files that its programs need. */
import { Lab } from '../../src/lab/lab.ts';
import type { HostFile } from '../../src/lab/protocol.ts';
import { labName } from '../lab-name.ts';
import { nodes } from './side.ts';
import { withDescription } from './vnfha.ts';

/** Of the description the lab takes its nodes and network; nothing is applied. */
const description = `vnf: { name: peer, instanceId: peer-1 }
networks:
  - { name: service, cidr: 10.77.0.0/24, interface: eth0 }
nodes:
${nodes.map((name, at) => `  - { name: ${name}, address: 10.77.0.${at + 1} }\n`).join('')}fencing:
  - { name: lab, agent: fence_vnfha_lab }
vnfcs:
  - name: idle
    redundancy: active-standby
    vip: 10.77.0.99/24
    program: { run: sleep infinity }
    check: { tcp: 9 }
    role: { promote: 'true', demote: 'true' }
`;

export const nginxConfig = '/etc/nginx/vnfha-bench.conf';
export const redisConfig = '/etc/redis/vnfha-bench.conf';
export const haproxyConfig = '/etc/haproxy/vnfha-bench.cfg';
export const haproxySocket = '/run/vnfha-bench-haproxy.sock';

/** HAProxy's backends in a peer's lab: the same servers, checked in two ways at once. */
export const checkedPools = [
  { who: 'HAProxy checks, defaults (inter 2s fall 3)', backend: 'defaults', check: 'check' },
  { who: 'HAProxy checks, inter 100ms fall 2', backend: 'quick', check: 'check inter 100ms fall 2 rise 2' },
];

const files: readonly HostFile[] = [
  {
    path: nginxConfig,
    content: `daemon off;
worker_processes 1;
pid /run/nginx.pid;
error_log stderr;
events { worker_connections 1024; }
http {
  access_log off;
  default_type text/plain;
  server {
    listen 8080;
    location = /health { return 200 "ok\\n"; }
    location / { return 200 "$hostname\\n"; }
  }
}
`,
  },
  {
    // as the example's Redis
    path: redisConfig,
    content: `port 6379
bind 0.0.0.0
protected-mode no
save ""
dir /tmp
repl-diskless-sync-delay 0
repl-diskless-load swapdb
repl-timeout 5
repl-ping-replica-period 1
`,
  },
  {
    path: haproxyConfig,
    content: `global
  stats socket ${haproxySocket} level admin
defaults
  mode http
  timeout connect 1s
  timeout client 30s
  timeout server 30s
  timeout check 1s
${checkedPools
  .map(
    ({ backend, check }, pool) => `frontend at-${backend}
  bind 0.0.0.0:${80 + pool}
  default_backend ${backend}
backend ${backend}
  option httpchk GET /health
${nodes.map((name, at) => `  server ${name} 10.77.0.${at + 1}:8080 ${check}`).join('\n')}
`,
  )
  .join('')}`,
  },
];

export async function peerLab(suffix: string, extra: readonly HostFile[] = [], seedFencing = true): Promise<Lab> {
  return withDescription(description, async (file) => {
    const name = labName(suffix);
    const lab = await Lab.up({ name, description: file, files: [...files, ...extra], seedFencing });
    await lab.ready();
    return lab;
  });
}
