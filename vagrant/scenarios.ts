/** What is done to a VNF, and what must come of it; the same on both labs. The VNF is examples/sipcore.yaml. */
import { setTimeout as delay } from 'node:timers/promises';
import { unwell } from '../src/demo/cluster.ts';
import { statusFrom } from '../src/lab/ready.ts';
import type { ClusterStatus } from '../src/model/cluster.ts';
import { paths, resourceId } from '../src/model/names.ts';
import { Failure } from '../src/process/failure.ts';
import type { Stage } from './stages.ts';

export interface Scenario {
  readonly name: string;
  /** What was seen, in a sentence. @throws Failure for what must not be */
  readonly run: (stage: Stage) => Promise<string>;
}

/** ms: generous, for emulated machines; the bench measures, this proves. */
const patience = 300_000;
const client = 'client';

export const scenarios: readonly Scenario[] = [
  {
    name: 'the description is applied, and the VNF comes up',
    async run(stage) {
      const { vnf } = stage;
      const first = vnf.nodes[0]!.name;
      await until('the cluster has formed', async () => {
        const status = await statusOf(stage);
        const online = status?.nodes.filter((node) => node.online).length ?? 0;
        return status?.quorate === true && status.dc !== undefined && online === vnf.nodes.length;
      });
      await must(stage, first, ['vnfha', 'apply', '--yes', paths.description]);
      const took = await allWell(stage);
      return `all well ${took} after the apply`;
    },
  },
  {
    name: 'a pool instance is killed: the clients hardly notice, and it is restarted',
    async run(stage) {
      const watch = probe(stage, web(stage), seconds(stage, 10));
      await delay(2000);
      await killAll(stage, stage.vnf.nodes[0]!.name, 'nginx');
      const outage = await watch;
      await allWell(stage);
      return `no answer for ${outage} ms at the most`;
    },
  },
  {
    name: 'the active instance is killed: another one is active',
    async run(stage) {
      const before = await activeNode(stage);
      const watch = probe(stage, registrar(stage), seconds(stage, 10));
      await delay(2000);
      await killAll(stage, before, 'redis-server');
      const outage = await watch;
      await allWell(stage);
      const after = await activeNode(stage);
      if (after === before) throw new Failure('lab', `${before} is active again: the standby should be`);
      return `active on ${after} instead of ${before}; no answer for ${outage} ms`;
    },
  },
  {
    name: 'the active node loses its power: it is fenced, another one is active, and it comes back',
    async run(stage) {
      const before = await activeNode(stage);
      const fenced = await fencings(stage, before);
      const watch = probe(stage, registrar(stage), seconds(stage, 20));
      await delay(2000);
      await stage.cut(before);
      const outage = await watch;
      await until(`${before} was fenced`, async () => (await fencings(stage, before)) > fenced);
      await stage.plug(before);
      const took = await allWell(stage);
      const after = await activeNode(stage);
      if (after === before) throw new Failure('lab', `${before} is active: the standby should be`);
      return `fenced; active on ${after}; no answer for ${outage} ms; all well again ${took} later`;
    },
  },
  {
    name: 'an instance fails beyond repair: the VNFM heals it once, and the alarm is cleared',
    async run(stage) {
      const node = stage.vnf.nodes[2]!.name;
      const { port, hostname } = new URL(stage.vnf.vnfm!.url);
      const simulator = `exec setsid vnfha vnfm-sim --listen ${hostname}:${port} --client vnfha --secret vnfha-lab --heal-time 2s >/tmp/vnfm.log 2>&1 </dev/null &`;
      await must(stage, client, ['bash', '-c', simulator]);
      const heals = async (): Promise<number> => {
        const { stdout } = await stage.exec(client, ['curl', '-s', `${stage.vnf.vnfm!.url}/sim/heals`]);
        return stdout === '' ? 0 : (JSON.parse(stdout) as unknown[]).length;
      };
      await until('it is healed', async () => {
        if ((await heals()) > 0) return true;
        await killAll(stage, node, 'nginx').catch(() => undefined); // it may be down already
        await delay(5000);
        return false;
      });
      await allWell(stage);
      await until('its alarm is cleared', async () => {
        const { stdout } = await stage.exec(client, ['curl', '-s', `${stage.vnf.vnfm!.url}/alarms`]);
        return stdout.trim() === '[]';
      });
      const times = await heals();
      if (times !== 1) throw new Failure('lab', `the VNFM was asked ${times} times`);
      return 'one heal, no alarm left';
    },
  },
];

/** Emulated machines take their time. */
const seconds = ({ quick }: Stage, few: number): number => (quick ? few : 6 * few);

async function statusOf(stage: Stage): Promise<ClusterStatus | undefined> {
  for (const { name } of stage.vnf.nodes) {
    const status = await statusFrom((where, argv) => stage.exec(where, argv, 20_000), name);
    if (status !== undefined) return status;
  }
  return undefined;
}

/** Waits until nothing is missing; how long that took. */
async function allWell(stage: Stage): Promise<string> {
  const begun = performance.now();
  let missing: readonly string[] = [];
  await until(
    () => `nothing is missing (${missing.join('; ')})`,
    async () => {
      missing = unwell(await statusOf(stage), stage.vnf);
      return missing.length === 0;
    },
  );
  return `${Math.round((performance.now() - begun) / 1000)} s`;
}

async function activeNode(stage: Stage): Promise<string> {
  const id = resourceId(stage.vnf.name, 'registrar');
  const status = await statusOf(stage);
  const active = status?.resources.find((each) => each.id === id && each.role === 'Promoted');
  if (active === undefined) throw new Failure('lab', 'no registrar is active');
  return active.nodes[0]!;
}

async function fencings(stage: Stage, node: string): Promise<number> {
  const { name } = stage.vnf.nodes.find((each) => each.name !== node)!;
  const { stdout } = await stage.exec(name, ['stonith_admin', '--history', node, '--output-as', 'xml']);
  return stdout.split('<fence_event ').filter((event) => /status="success"/.test(event)).length;
}

interface Service {
  readonly address: string;
  readonly port: number;
  readonly question: string;
  readonly answer: string;
}

const web = ({ vnf }: Stage): Service => ({
  address: vnf.loadBalancer!.vips[0].ip,
  port: 80,
  question: 'GET / HTTP/1.0\\r\\n\\r\\n',
  answer: 'HTTP/1.? 200*',
});

const registrar = ({ vnf }: Stage): Service => {
  const vnfc = vnf.vnfcs.find((each) => each.redundancy === 'active-standby')!;
  return { address: vnfc.vip.ip, port: 6379, question: 'SET probe 1\\r\\n', answer: '+OK*' };
};

/** Asks ten times a second for `seconds`, each on a connection of its own; the longest time without an answer (ms). @throws Failure when there was none at the end */
async function probe(stage: Stage, { address, port, question, answer }: Service, seconds: number): Promise<number> {
  const script =
    'end=$((SECONDS + $5)); while ((SECONDS < end)); do said=no; ' +
    `line=$(timeout 0.5 bash -c 'exec 3<>/dev/tcp/$0/$1 && printf "$2" >&3 && read -r line <&3 && echo "$line"' "$1" "$2" "$3" 2>/dev/null); ` +
    '[[ $line == $4 ]] && said=yes; echo "${EPOCHREALTIME/[.,]/} $said"; sleep 0.1; done';
  const argv = ['bash', '-c', script, 'probe', address, String(port), question, answer, String(seconds)];
  const { stdout } = await must(stage, client, argv, (seconds + 60) * 1000);
  const answered = stdout.split('\n').filter((line) => line.endsWith('yes'));
  const times = answered.map((line) => Number(line.split(' ')[0]) / 1000);
  const last = Number(stdout.trim().split('\n').at(-1)?.split(' ')[0]) / 1000;
  if (times.length < 2 || last - times.at(-1)! > 5000) throw new Failure('lab', `${address}:${port} does not answer`);
  return Math.round(Math.max(...times.slice(1).map((time, at) => time - times[at]!)));
}

async function killAll(stage: Stage, node: string, program: string): Promise<void> {
  await must(stage, node, ['bash', '-c', 'kill -KILL $(pgrep -x "$0")', program]);
}

async function must(stage: Stage, where: string, argv: readonly string[], timeoutMs = 120_000) {
  const result = await stage.exec(where, argv, timeoutMs);
  if (result.code === 0) return result;
  throw new Failure('lab', `'${argv.slice(0, 4).join(' ')}' on ${where} ended with exit code ${result.code}: ${result.stderr.trim().slice(-400)}`); // prettier-ignore
}

async function until(what: string | (() => string), isSo: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + patience;
  while (!(await isSo())) {
    if (performance.now() > end)
      throw new Failure('timeout', `not within ${patience / 1000} s: ${typeof what === 'string' ? what : what()}`);
    await delay(500);
  }
}
