/** TLS between the adapter and the simulator, with a CA of our own. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { defaultHealRules } from '../../../src/model/heals.ts';
import type { Vnf } from '../../../src/model/vnf.ts';
import { createLog } from '../../../src/process/log.ts';
import { startSimulator } from '../../../src/vnfm/sim/simulator.ts';
import { createSolAdapter } from '../../../src/vnfm/sol-adapter.ts';

const heal = { key: 'key', cause: 'why', vnfc: 'web', node: 'node3' } as const;

test('a VNFM is believed by the CA of the description only', async (t) => {
  const directory = mkdtempSync(path.join(tmpdir(), 'vnfha-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const [key, cert] = [path.join(directory, 'key.pem'), path.join(directory, 'cert.pem')];
  const subject = ['-subj', '/CN=vnfm', '-addext', 'subjectAltName=IP:127.0.0.1'];
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-keyout',
      key,
      '-out',
      cert,
      ...subject,
    ],
    {
      stdio: 'ignore',
    },
  );
  const simulator = await startSimulator({
    address: '127.0.0.1',
    port: 0,
    client: undefined,
    healTime: 0,
    repair: undefined,
    instances: [],
    tls: { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') },
    log: createLog('vnfm-sim', () => undefined),
  });
  t.teardown(() => simulator.close());
  const adapterWith = (ca: string | undefined) =>
    createSolAdapter({ instanceId: 'v' } as Vnf, {
      type: 'sol',
      url: simulator.url,
      alarms: undefined,
      ca,
      auth: undefined,
      heals: defaultHealRules,
    });

  const trusting = await adapterWith(cert);
  const accepted = await trusting.heal({ ...heal, vnfcInstanceId: undefined });
  t.is(accepted.kind, 'ok');
  await trusting.close();

  const wary = await adapterWith(undefined);
  const refused = await wary.heal({ ...heal, vnfcInstanceId: undefined });
  t.is(refused.kind, 'retry');
  t.regex(refused.kind === 'retry' ? refused.detail : '', /self.signed/);
  await wary.close();
});
