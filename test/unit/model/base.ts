/** A description without any problem, for tests that spoil it; and the problems of a text as lines without the file's name. */
import { checkDescription } from '../../../src/model/check.ts';
import { formatProblem } from '../../../src/model/problem.ts';

export const base = `vnf:
  name: ims
  instanceId: 0d9f5c2e
networks:
  - name: service
    cidr: 192.0.2.0/24
  - name: oam
    cidr: 2001:db8::/64
nodes:
  - name: n1
    addresses: { service: 192.0.2.1, oam: '2001:db8::1' }
  - name: n2
    addresses: { service: 192.0.2.2, oam: '2001:db8::2' }
  - name: n3
    address: 192.0.2.3
cluster:
  token: 1s
fencing:
  - name: power
    agent: fence_ipmilan
    parameters: { passwd_script: /etc/p, port: 623, lanplus: true }
vnfcs:
  - name: db
    redundancy: active-standby
    vip: 192.0.2.50/24
    program:
      run: redis-server --port 6379
    check:
      tcp: 6379
      interval: 5s
    role:
      promote: redis-cli replicaof no one
      demote: redis-cli replicaof 192.0.2.50 6379
    recovery:
      restarts: 2
    vnfcInstanceIds: { n1: db-1, n2: db-2, n3: db-3 }
  - name: web
    redundancy: active-active
    service:
      port: 8080
      frontend: 80
    program:
      run: nginx
loadBalancer:
  nodes: [n1, n2]
  vip: 192.0.2.60/24
vnfm:
  url: https://vnfm.example
`;

/** The text with each [from, to] replaced once; fails if there is no such text. */
export function edited(text: string, ...edits: readonly (readonly [string, string])[]): string {
  return edits.reduce((now, [from, to]) => {
    if (!now.includes(from)) throw new Error(`no '${from}' to replace`);
    return now.replace(from, () => to);
  }, text);
}

export function problemsOf(text: string): string[] {
  return checkDescription(text, 'f').problems.map((problem) => formatProblem(problem).slice('f:'.length));
}
