/**
 * A small VNFM for the lab and for tests: tokens, heal, operation occurrences, alarms, and faults on demand. What it does it says
 * as JSON lines.
 */
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Failure, messageOf } from '../../process/failure.ts';
import type { Log } from '../../process/log.ts';
import { Alarms } from './alarms.ts';
import { Faults } from './faults.ts';
import { Operations, type Repair } from './operations.ts';
import { answerRequest } from './routes.ts';
import { Tokens } from './tokens.ts';

export interface SimulatorOptions {
  readonly address: string;
  /** 0: any free one. */
  readonly port: number;
  /** Without it nobody needs a token. */
  readonly client: { readonly id: string; readonly secret: string } | undefined;
  /** ms from the acceptance of a heal to its end */
  readonly healTime: number;
  /** Does the repair of a heal; a throw makes it FAILED_TEMP. */
  readonly repair: Repair | undefined;
  /** vnfInstanceIds that exist; none: all do. */
  readonly instances: readonly string[];
  /** A VNFC that is made anew gets another id; default: it keeps its id. */
  readonly newIds?: boolean;
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  readonly log: Log;
}

export interface Simulator {
  readonly url: string;
  readonly faults: Faults;
  close(): Promise<void>;
}

/** What the routes work with. */
export interface Vnfm {
  readonly options: SimulatorOptions;
  readonly tokens: Tokens;
  readonly operations: Operations;
  readonly alarms: Alarms;
  readonly faults: Faults;
}

/** Starts it. @throws Failure 'vnfm' when the address can't be listened on */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const faults = new Faults();
  const vnfm: Vnfm = {
    options,
    faults,
    tokens: new Tokens(options.client),
    operations: new Operations(options, faults),
    alarms: new Alarms(),
  };
  const server = options.tls === undefined ? createServer() : createTlsServer(options.tls);
  server.on('request', (request, response) => void answerRequest(vnfm, request, response));
  await listen(server, options.address, options.port);
  const { port } = server.address() as AddressInfo;
  const host = options.address.includes(':') ? `[${options.address}]` : options.address;
  const url = `${options.tls === undefined ? 'http' : 'https'}://${host}:${port}`;
  options.log.info('listening', { url });
  return {
    url,
    faults,
    close: () =>
      new Promise((resolve) => {
        vnfm.operations.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new Failure('vnfm', `the VNFM simulator cannot listen on ${address}:${port}: ${messageOf(error)}`, {
          cure: 'Choose another --listen ADDR:PORT.',
          cause: error,
        }),
      ),
    );
    server.listen(port, address, resolve);
  });
}
