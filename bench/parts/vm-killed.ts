/** A VM's QEMU is killed: when every load balancer has its server out, when Pacemaker has begun its restart, and when another QEMU was begun for it. */
import type { Lab } from '../../src/lab/lab.ts';
import { Failure } from '../../src/process/failure.ts';
import type { Context, Figure, Part } from '../figure.ts';
import type { Side } from '../sides/side.ts';
import { vm, vmsSide } from '../sides/vms.ts';
import { ms, noteOf, onSide, patienceMs, trials } from '../trials.ts';
import { untilNothing } from '../wait.ts';
import { HaproxyWatch } from '../watchers.ts';

export const vmKilled: Part = { name: 'vm-killed', about: "a VM's QEMU is killed", run };

const server = `vms-web/${vm}`;

async function run(context: Context): Promise<Figure[]> {
  return onSide(context, 'vnfha', vmsSide, (side) => measure(context, side));
}

async function measure(context: Context, side: Side): Promise<Figure[]> {
  const watches = await Promise.all(side.lbNodes.map((lb) => HaproxyWatch.start(side.lab, lb, side.haproxySocket)));
  const outs: number[] = [];
  const restarts: number[] = [];
  const begun: number[] = [];
  const failures = await trials(context, {
    side,
    what: 'a VM, killed',
    ready: () => (watches.some((watch) => watch.out('vms-web')?.length !== 0) ? 'not every VM is in' : undefined),
    node: () => side.active(),
    once: async (node) => {
      const { killedAt, begunAt } = await kill(side.lab, node);
      const outAt = () => watches.map((watch) => watch.outAfter(server, killedAt));
      await untilNothing(() => (outAt().includes(undefined) ? 'it is not out everywhere' : undefined), patienceMs, 5);
      outs.push((Math.max(...outAt().map((at) => at ?? Infinity)) - killedAt) / 1000);
      const restartAt = await restartBegan(side.lab, node, killedAt);
      restarts.push((restartAt - killedAt) / 1000);
      begun.push((begunAt - killedAt) / 1000);
      return `out after ${outs.at(-1)!.toFixed(1)} ms, restart begun after ${ms(restartAt - killedAt)}, another QEMU after ${ms(begunAt - killedAt)}`;
    },
  });
  await Promise.all(watches.map((watch) => watch.stop()));
  const figure = { who: side.who, ours: true, unit: 'ms', ...noteOf(failures) } as const;
  return [
    { ...figure, what: "a VM's QEMU is killed: out at every load balancer", values: outs, target: { p99: 50 } },
    { ...figure, what: "a VM's QEMU is killed: Pacemaker begins its restart", values: restarts, target: { p99: 500 } },
    { ...figure, what: "a VM's QEMU is killed: another QEMU begins", values: begun },
  ];
}

/** Both times are the node's own, in µs: of the signal, and of the next QEMU, looked for every 2 ms or so. */
async function kill(lab: Lab, node: string): Promise<{ killedAt: number; begunAt: number }> {
  const script = `
    before=$(pgrep -f "^/usr/bin/qemu-system-x86_64 -name guest=$0,"); file=/run/libvirt/qemu/$0.pid
    [[ -n $before ]] || { echo 'it does not run' >&2; exit 1; }
    echo "\${EPOCHREALTIME/[.,]/}"; kill -KILL "$before"
    for ((i = 0; i < 30000; i++)); do
      now=$(cat "$file" 2>/dev/null)
      if [[ -n $now && $now != "$before" ]]; then echo "\${EPOCHREALTIME/[.,]/}"; exit 0; fi
      sleep 0.002
    done
    echo 'no other was begun' >&2; exit 1`;
  const { code, stdout, stderr } = await lab.exec(node, ['bash', '-c', script, vm], { timeout: patienceMs + 5000 });
  const [killedAt, begunAt] = stdout.trim().split('\n').map(Number);
  if (code !== 0 || begunAt === undefined) throw new Failure('lab', `${vm} on ${node}: ${stderr}`);
  return { killedAt: killedAt!, begunAt };
}

/** When the agent's stop, a restart's first act, has noted itself (µs): the supervisor there sees it written. */
async function restartBegan(lab: Lab, node: string, killedAt: number): Promise<number> {
  const log = await lab.readFile(node, '/var/log/vnfha/vnfha-supervisor.log');
  const noted = log
    .split('\n')
    .filter((line) => line.includes('"event":"noted"') && line.includes(`"resource":"vms-web-${vm}"`))
    .map((line) => JSON.parse(line) as { at: number; phase: string })
    .find(({ at, phase }) => at > killedAt && phase === 'stopping');
  if (noted === undefined) throw new Failure('lab', `no stop of ${vm} on ${node} was noted`);
  return noted.at;
}
