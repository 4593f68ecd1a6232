/**
 * What a daemon tells Prometheus, at http://ADDRESS:PORT/metrics, where that is asked for; else nothing is counted and nothing loaded.
 * What is so is read when it is scraped, and costs nothing in between; what happens is counted as it happens.
 */
import { createServer } from 'node:http';
import { Failure, messageOf } from './failure.ts';
import { readListenAddress } from './listen-address.ts';
import type { Log } from './log.ts';

type Labels<L extends string> = Readonly<Record<L, string>>;

interface Described<L extends string> {
  /** With its unit, as vnfha_exclusion_seconds (prometheus.io/docs/practices/naming). */
  readonly name: string;
  readonly help: string;
  readonly labels: readonly L[];
}

/** Takes what happened. */
export type Count<L extends string> = (labels: Labels<L>) => void;
/** Takes how long it took, in seconds. */
export type Observe<L extends string> = (labels: Labels<L>, seconds: number) => void;

export interface Meters {
  counter<L extends string>(what: Described<L>): Count<L>;
  histogram<L extends string>(what: Described<L> & { readonly buckets: readonly number[] }): Observe<L>;
  /** `read` is called at each scrape. */
  gauge<L extends string>(what: Described<L>, read: () => Iterable<readonly [Labels<L>, number]>): void;
}

export interface MetricsServer {
  readonly meters: Meters;
  readonly close: () => Promise<void>;
}

/** Where nobody asks. */
export const noMetrics: MetricsServer = {
  meters: { counter: () => () => undefined, histogram: () => () => undefined, gauge: () => undefined },
  close: () => Promise.resolve(),
};

/**
 * Serves them at `address` (ADDRESS:PORT, or a PORT of the loopback); nothing without one.
 * @throws Failure 'usage' for what is no address, 'conflict' when it is taken
 */
export async function serveMetrics(address: string | undefined, log: Log): Promise<MetricsServer> {
  if (address === undefined) return noMetrics;
  const { host, port } = listenAddress(address);
  const { Counter, Gauge, Histogram, Registry } = (await import('prom-client')).default;
  const registry = new Registry();
  const common = ({ name, help, labels }: Described<string>) => {
    registry.removeSingleMetric(name); // of a daemon that begins anew, by another description
    return { name, help, labelNames: [...labels], registers: [registry] };
  };
  const meters: Meters = {
    counter(what) {
      const counter = new Counter(common(what));
      return (labels) => counter.inc({ ...labels });
    },
    histogram(what) {
      const histogram = new Histogram({ ...common(what), buckets: [...what.buckets] });
      return (labels, seconds) => histogram.observe({ ...labels }, seconds);
    },
    gauge(what, read) {
      new Gauge({
        ...common(what),
        collect() {
          this.reset();
          for (const [labels, value] of read()) this.set({ ...labels }, value);
        },
      });
    },
  };
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('GET /metrics\n');
      return;
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
      (error: unknown) => response.writeHead(500, { 'content-type': 'text/plain' }).end(`${messageOf(error)}\n`),
    );
  });
  server.headersTimeout = 5000;
  server.maxConnections = 16;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new Failure('conflict', `metrics cannot be served at ${address}: ${error.message}`, {
          cure: 'Give another port, or end what listens there.',
        }),
      ),
    );
    server.listen(port, host, resolve);
  });
  log.info('metrics', { address: `${host}:${port}` });
  return {
    meters,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Pure. @throws Failure 'usage' */
export function listenAddress(text: string): { host: string; port: number } {
  const address = readListenAddress(text);
  if (address !== undefined) return address;
  throw new Failure('usage', `'${text}' is no place to serve metrics at`, {
    cure: 'Write a port, as 9760, or an address and a port, as 10.77.0.1:9760 or [2001:db8::1]:9760.',
  });
}
