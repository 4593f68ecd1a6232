/** The example with 48 VNFCs more, so that each of the first two nodes has 50: programs that hardly do anything. */
import type { parseDocument } from 'yaml';

const more = 48;

/** Every instance is checked by Pacemaker's monitor, and every server by HAProxy. */
export function fiftyVnfcs(document: ReturnType<typeof parseDocument>): void {
  for (let at = 1; at <= more; at += 1) {
    const [port, frontend] = [7000 + at, 17000 + at];
    document.addIn(['vnfcs'], {
      name: `small${at}`,
      redundancy: 'active-active',
      nodes: ['node1', 'node2'],
      service: { port, frontend, mode: 'tcp' },
      program: {
        run: `redis-server --port ${port} --bind 0.0.0.0 --protected-mode no --save "" --hz 1`,
        startTimeout: '60s',
        stopTimeout: '30s',
      },
      check: { tcp: port, interval: '10s', timeout: '10s' },
    });
  }
}
