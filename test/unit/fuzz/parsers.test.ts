/**
 * Every parser that faces the network or another program, fed with noise and with broken copies of what is real: it gives a value or its own
 * refusal, never anything else, and never takes long. docs/security.md lists them; the list here is the one that is checked.
 *
 * The seed is new for each run and is printed when one fails; FUZZ_RUNS makes a run longer (npm run fuzz).
 */
import { readdirSync, readFileSync } from 'node:fs';
import test from 'ava';
import fc from 'fast-check';
import { readCorosyncConf } from '../../../src/import/corosync-conf.ts';
import { readHaproxyCfg } from '../../../src/import/haproxy-cfg.ts';
import { importCib } from '../../../src/import/import.ts';
import { decodeHeartbeat, encodeHeartbeat } from '../../../src/heartbeat/datagram.ts';
import { rotationOf } from '../../../src/haproxy/config-file.ts';
import { parseInfo, parseServersState, parseStat, splitReplies } from '../../../src/haproxy/replies.ts';
import { parseDomainStatus } from '../../../src/libvirt/domain-status.ts';
import { readDomainXml } from '../../../src/libvirt/domain-xml.ts';
import { decodeBridgeMessage } from '../../../src/model/decode-wire.ts';
import { readDescription } from '../../../src/model/load.ts';
import { decodeEntry, decodeNotifierMessage } from '../../../src/notifier/message.ts';
import { readAlert } from '../../../src/ocf/alert-environment.ts';
import { OcfError } from '../../../src/ocf/codes.ts';
import { readParameters } from '../../../src/ocf/parameter.ts';
import { parameters } from '../../../src/ocf/vnfc/parameters.ts';
import { readReport } from '../../../src/ocf/vnfc/report.ts';
import { pageAddress } from '../../../src/page/address.ts';
import { wantedBy } from '../../../src/page/request.ts';
import { parseActions } from '../../../src/pacemaker/simulate.ts';
import { parseStatus } from '../../../src/pacemaker/status.ts';
import { Failure } from '../../../src/process/failure.ts';
import { listenAddress } from '../../../src/process/metrics.ts';
import { parseXml } from '../../../src/process/xml.ts';
import { ownerBy } from '../../../src/segment/question.ts';
import { serversIn } from '../../../src/status/bridge-state.ts';
import { journalOf } from '../../../src/status/incidents.ts';
import { readHttp, readText } from '../../../src/supervisor/reply.ts';
import { createFrameReader, encodeFrame } from '../../../src/sync/frame.ts';
import { objectOf, operationsOf } from '../../../src/sync/json.ts';
import { createMailReader, cutMail } from '../../../src/sync/mail.ts';
import { percentDecoded, percentEncoded } from '../../../src/sync/percent.ts';
import { decodeRecord } from '../../../src/sync/record.ts';
import { Refusal } from '../../../src/sync/types.ts';
import { decodeAnswer, decodeSent } from '../../../src/sync/wire.ts';
import { operationIdOf, parseOperation } from '../../../src/vnfm/op-occurrence.ts';
import { addressesIn } from '../../../src/vnfm/vnf-instance.ts';

const key = Buffer.from('key');
const heartbeat = encodeHeartbeat({ nodeId: 2, incarnation: 5n, sequence: 7n }, key);
const text = (data: Buffer): string => data.toString('latin1');
const example = readFileSync('examples/sipcore.yaml');
const statuses = readdirSync('test/fixtures/crm-mon').map((file) => readFileSync(`test/fixtures/crm-mon/${file}`));
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const rotation = {
  v: 1,
  type: 'rotation',
  node: 'n1',
  changes: [{ backend: 'v-web', server: 'n1', out: true, at: 1 }],
};
const instance = { v: 1, type: 'instance', node: 'n1', resource: 'v-web', word: 'died', at: 1, what: 'x' };
const raised = { v: 1, vnf: 'v', incident: 'i', at: 1, by: 'n1', kind: 'raised', vnfc: 'web', node: 'n1', reason: 'x', severity: 'MAJOR' }; // prettier-ignore
const cib = `<cib><configuration><nodes><node id="1" uname="n1"/></nodes><resources><clone id="v-web-clone"><meta_attributes id="m"><nvpair id="n" name="clone-max" value="1"/></meta_attributes><primitive id="v-web" class="ocf" provider="vnfha" type="vnfc"><instance_attributes id="i"><nvpair id="a" name="name" value="web"/><nvpair id="b" name="run" value="[&quot;x&quot;]"/></instance_attributes><operations><op id="o" name="monitor" interval="10s" timeout="5s"/></operations></primitive></clone></resources><tags><tag id="vnfha-v"><obj_ref id="v-web-clone"/></tag></tags></configuration></cib>`;
const serversState = `1
# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr srv_agent_addr srv_agent_port
3 v-web 1 n1 10.0.0.1 2 0 1 1 100 6 3 4 6 0 0 0 - 8080 - 0 0 - - 0
`;

const mails = cutMail(7, { epoch: 1, by: 'n1', type: 'state' } as never, [encodeFrame({ a: 1 }, [Buffer.from('x')])]);

/** name, as docs/security.md has it -> the parser, and what is real. */
const parsers: Readonly<Record<string, readonly [parse: (data: Buffer) => unknown, real: readonly Buffer[]]>> = {
  'node heartbeat (UDP)': [(data) => decodeHeartbeat(data, key), [heartbeat]],
  'CPG: bridges, supervisors, agents': [decodeBridgeMessage, [json(instance), json(rotation)]],
  'CPG: notifiers': [decodeNotifierMessage, [json({ v: 1, type: 'entry', entry: raised })]],
  'incident journal': [
    (data) => [journalOf(text(data)), decodeEntry(safely(() => JSON.parse(text(data))))],
    [json(raised)],
  ],
  'ARP and neighbour discovery': [
    (data) => [ownerBy(data, data.subarray(0, 6), '192.0.2.50'), ownerBy(data, data.subarray(0, 6), '2001:db8::50')],
    [Buffer.from('00010800060400025254000000024c0002320000000000000000000000', 'hex')],
  ],
  crm_mon: [(data) => parseStatus(text(data)), statuses],
  crm_simulate: [(data) => parseActions(text(data)), [Buffer.from('<pacemaker-result><actions/></pacemaker-result>')]],
  'a CIB (import)': [
    (data) =>
      importCib({ cib: parseXml(text(data), 'fuzz'), corosync: undefined, backends: undefined, vnf: undefined }),
    [Buffer.from(cib)],
  ],
  'corosync.conf (import)': [
    (data) => readCorosyncConf(text(data)),
    [Buffer.from('totem {\n  cluster_name: x\n}\nnodelist {\n  node {\n    name: n1\n    nodeid: 1\n    ring0_addr: 10.0.0.1\n  }\n}\n')], // prettier-ignore
  ],
  'haproxy.cfg (import, bridge)': [
    (data) => [readHaproxyCfg(text(data)), rotationOf(text(data))],
    [Buffer.from('backend v-web\n  mode http\n  balance roundrobin\n  server n1 10.0.0.1:80 check inter 1s fall 2 disabled\n')], // prettier-ignore
  ],
  'HAProxy runtime socket': [
    (data) => [
      safely(() => splitReplies(text(data), 2)),
      safely(() => parseInfo(text(data))),
      safely(() => parseServersState(text(data))),
      safely(() => parseStat(text(data))),
    ],
    [Buffer.from(serversState), Buffer.from('Name: HAProxy\nPid: 12\nUptime_sec: 3\n')],
  ],
  'libvirt status and definition': [
    (data) => [parseDomainStatus(text(data)), safely(() => readDomainXml(text(data), 'fuzz'))],
    [Buffer.from("<domstatus state='running' reason='booted' pid='77'><domain type='kvm' id='1'><name>a</name></domain></domstatus>")], // prettier-ignore
  ],
  'VNF instance': [
    (data) => addressesIn(safely(() => JSON.parse(text(data)))),
    [
      json({
        id: 'i',
        instantiatedVnfInfo: {
          vnfcResourceInfo: [
            {
              id: 'a',
              vduId: 'V',
              vnfcCpInfo: [{ cpProtocolInfo: [{ ipOverEthernet: { ipAddresses: [{ addresses: ['10.0.0.1'] }] } }] }],
            },
          ],
          vnfcInfo: [{ id: 'c', vnfcResourceInfoId: 'a' }],
        },
      }),
    ],
  ],
  'VNFM operation occurrence': [
    (data) => [parseOperation(safely(() => JSON.parse(text(data)))), operationIdOf(text(data))],
    [
      json({
        id: 'o',
        operationState: 'COMPLETED',
        startTime: 'x',
        operation: 'HEAL',
        operationParams: { cause: 'c' },
      }),
    ],
  ],
  'alert (environment)': [
    (data) => readAlert(Object.fromEntries(text(data).split('\n').map((line): [string, string] => [line.split('=')[0]!, line.replace(/^[^=]*=?/, '')]))), // prettier-ignore
    [Buffer.from('CRM_alert_kind=resource\nCRM_alert_node=n1\nCRM_alert_rsc=v-web\nCRM_alert_task=stop\nCRM_alert_rc=0\nCRM_alert_interval=0')], // prettier-ignore
  ],
  'agent parameters (environment)': [
    (data) => readParameters(parameters, Object.fromEntries(Object.keys(parameters).map((name, at) => [name, text(data.subarray(at * 7, at * 7 + 7))]))), // prettier-ignore
    [Buffer.from('["a","b"] 8080 http://x 10.0.0.1 '.repeat(5))],
  ],
  'VNFC heartbeat answers': [
    (data) => [readHttp(text(data)), readText(text(data), '+PONG')],
    [Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n2\r\nab\r\n0\r\n\r\n')], // prettier-ignore
  ],
  "a VNFC's own standing": [
    (data) => readReport(text(data)),
    [Buffer.from('lag=12 epoch=7\n'), Buffer.from('lag=unknown')],
  ],
  'sync: stream between sidecars': [
    (data) => createFrameReader().push(data).map((frame) => [safely(() => decodeSent(frame)), safely(() => decodeAnswer(frame))]), // prettier-ignore
    [encodeFrame({ type: 'entry', epoch: 1, by: 'n1' }, [Buffer.from('abc')])],
  ],
  'sync: messages of Corosync': [(data) => createMailReader().push(data), mails],
  'sync: records of a store': [(data) => decodeRecord(Buffer.from('k'), data), [Buffer.alloc(24)]],
  'sync: requests of a VNFC': [
    (data) => [safely(() => objectOf(data)), safely(() => operationsOf(data)), percentDecoded(text(data))],
    [json({ operations: [{ put: 'a', value: 'YQ==' }] })],
  ],
  'bridge state (vnfha status)': [(data) => serversIn(text(data)), [json({ servers: [] })]],
  'the description (YAML)': [(data) => readDescription(text(data), 'fuzz.yaml'), [example]],
  'status page: requests': [
    (data) => {
      const [method, url, host, site] = text(data).split(' ');
      return wantedBy({ method, url, headers: { host, 'sec-fetch-site': site } });
    },
    [Buffer.from('GET /incidents/a%20b localhost:9770 same-origin'), Buffer.from('GET /events [::1]:9770 none')],
  ],
  'command line: --page': [(data) => pageAddress(text(data)), [Buffer.from('[::1]:9770')]],
  'command line: --metrics': [(data) => listenAddress(text(data)), [Buffer.from('127.0.0.1:9760')]],
};

/** What a caller takes for a refusal. */
function safely(parse: () => unknown): unknown {
  try {
    return parse();
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}
const isRefusal = (error: unknown): boolean =>
  error instanceof Failure || error instanceof OcfError || error instanceof Refusal || isStated(error);

/** An Error by which a parser says, as its docstring states, that something is none; a fault of its own is a TypeError, a RangeError. */
const isStated = (error: unknown): boolean =>
  error instanceof SyntaxError || (error instanceof Error && Object.getPrototypeOf(error) === Error.prototype);

const runs = Number(process.env['FUZZ_RUNS'] ?? 60);
const slowMs = 2000;

/** A copy of what is real with pieces taken out, doubled, moved or replaced by noise. */
const broken = (real: readonly Buffer[]): fc.Arbitrary<Buffer> =>
  fc
    .tuple(
      fc.constantFrom(...real),
      fc.array(
        fc.tuple(fc.nat(), fc.nat({ max: 40 }), fc.constantFrom('cut', 'double', 'noise', 'flip'), fc.uint8Array({ maxLength: 12 })),
        { maxLength: 6 },
      ),
    )
    .map(([whole, changes]) =>
      changes.reduce((data, [place, length, how, noise]) => {
        const at = data.length === 0 ? 0 : place % data.length;
        const [before, piece, after] = [data.subarray(0, at), data.subarray(at, at + length), data.subarray(at + length)];
        if (how === 'cut') return Buffer.concat([before, after]);
        if (how === 'double') return Buffer.concat([before, piece, piece, after]);
        if (how === 'noise') return Buffer.concat([before, noise, after]);
        return Buffer.concat([before, Buffer.from(piece.map((byte) => byte ^ 0x20)), after]);
      }, whole),
    ); // prettier-ignore

for (const [name, [parse, real]] of Object.entries(parsers)) {
  test(name, async (t) => {
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      fc.string({ unit: 'binary', maxLength: 200 }).map((words) => Buffer.from(words)),
      fc.json().map((words) => Buffer.from(words)),
      fc.constant(Buffer.alloc(0)),
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof({ weight: 1, arbitrary: noise }, { weight: 3, arbitrary: broken(real) }), async (data) => {
        const begun = performance.now();
        try {
          await parse(data);
        } catch (error) {
          if (!isRefusal(error)) throw error;
        }
        if (performance.now() - begun > slowMs) throw new Error(`it took ${performance.now() - begun} ms`);
      }),
      { numRuns: runs },
    ); // prettier-ignore
    t.pass();
  });
}

test('what is real is taken: a heartbeat, a message, a description; and bytes survive being written', async (t) => {
  t.deepEqual(decodeHeartbeat(heartbeat, key), { nodeId: 2, incarnation: 5n, sequence: 7n });
  t.truthy(decodeBridgeMessage(json(instance)));
  t.deepEqual(decodeBridgeMessage(json(rotation)), rotation as never);
  t.truthy(decodeNotifierMessage(json({ v: 1, type: 'entry', entry: raised })));
  t.truthy(readDescription(text(example), 'x').vnf);
  t.is(parseServersState(serversState.trimEnd()).length, 1);
  for (const status of statuses) t.truthy(await parseStatus(text(status)).catch((error: unknown) => isRefusal(error)));
  fc.assert(fc.property(fc.uint8Array(), (bytes) => percentDecoded(percentEncoded(Buffer.from(bytes)))!.equals(bytes)));
});

test('docs/security.md lists them all', (t) => {
  const rows = [...readFileSync('docs/security.md', 'utf8').matchAll(/^\| ([^|]+?) \| `(src\/[^`]+)`.*\|$/gm)];
  t.deepEqual(rows.map(([, name]) => name).sort(), Object.keys(parsers).sort()); // prettier-ignore
  for (const [, , file] of rows) t.notThrows(() => readFileSync(file!), file);
});
