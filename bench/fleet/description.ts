/** Descriptions of any size: what a large VNF looks like, for measurements and tests of scale. */

export interface FleetOptions {
  /** VNFCs: every second one is active/standby on two nodes, every other one active/active on three. */
  readonly vnfcs: number;
  /** Cluster nodes; default 8. */
  readonly nodes?: number;
}

/** The text of a description with so many VNFCs; without any problem, not even a warning. */
export function fleetDescription({ vnfcs, nodes = 8 }: FleetOptions): string {
  const names = Array.from({ length: nodes }, (_, at) => `n${at + 1}`);
  const some = (from: number, count: number) =>
    Array.from({ length: count }, (_, at) => names[(from + at) % nodes]!).join(', ');
  const vnfc = (at: number) =>
    at % 2 === 0
      ? `  - name: as${at}
    redundancy: active-standby
    nodes: [${some(at / 2, 2)}]
    vip: 10.${64 + (at >> 16)}.${(at >> 8) & 255}.${at & 255}/8
    program: { run: 'redis-server --port ${20000 + (at % 30000)}' }
    check: { tcp: ${20000 + (at % 30000)}, interval: 5s }
    role: { promote: redis-cli replicaof no one, demote: redis-cli replicaof 10.64.0.1 6379 }
`
      : `  - name: aa${at}
    redundancy: active-active
    nodes: [${some((at - 1) / 2, 3)}]
    service: { port: ${20000 + (at % 30000)}, frontend: ${50000 - (at % 30000)}, mode: tcp }
    program: { run: 'nginx -p /srv/aa${at}' }
    check: { http: 'http://127.0.0.1:${20000 + (at % 30000)}/health' }
`;
  return `vnf: { name: fleet, instanceId: fleet-1 }
networks:
  - { name: service, cidr: 10.0.0.0/8 }
nodes:
${names.map((name, at) => `  - { name: ${name}, address: 10.0.0.${at + 1} }\n`).join('')}fencing:
  - { name: vim, agent: fence_openstack, parameters: { cloud: fleet } }
vnfcs:
${Array.from({ length: vnfcs }, (_, at) => vnfc(at)).join('')}loadBalancer:
  nodes: [n1, n2]
  vip: 10.0.1.1/8
`;
}
