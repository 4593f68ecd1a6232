/** ocf:vnfha:haproxy: HAProxy with the configuration that this node's bridge writes. */
import { dirname } from 'node:path';
import { mkdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDoor } from '../src/haproxy/door.ts';
import { paths } from '../src/model/names.ts';
import { type Call, defineAgent } from '../src/ocf/agent.ts';
import { askForConfiguration } from '../src/ocf/bridge-request.ts';
import { ocf, type OcfCode, OcfError } from '../src/ocf/codes.ts';
import { path, text } from '../src/ocf/parameter.ts';
import { endSession, isAlive, sessionOf, signalAll } from '../src/ocf/processes.ts';
import { execute, launch, logFile, requirePrograms } from '../src/ocf/program.ts';
import { runAgent } from '../src/ocf/run-agent.ts';
import { noteStopping, readState, removeState, writeState } from '../src/ocf/state-file.ts';
import { messageOf } from '../src/process/failure.ts';

interface Service {
  readonly config: string;
  readonly socket: string;
  readonly master_socket: string;
  readonly bridge_socket: string;
  readonly binary: string;
}

/** An HAProxy that takes longer for an answer is held to be hung. */
const answerMs = 2000;
/** How long sessions may end by themselves at a stop. */
const softStopMs = 2000;

const haproxy = defineAgent({
  name: 'haproxy',
  shortdesc: 'HAProxy, its configuration kept by vnfha bridge',
  longdesc:
    'Starts HAProxy after the bridge of this node has written its configuration from the present state of the cluster, and watches its process and its runtime socket. Its output goes to /var/log/vnfha/RESOURCE.log.',
  parameters: {
    config: path({
      default: paths.haproxyConfig,
      shortdesc: 'Configuration file',
      longdesc: 'The configuration file, as the bridge writes it.',
    }),
    socket: path({
      default: paths.haproxySocket,
      shortdesc: 'Runtime socket',
      longdesc: 'The stats socket in the configuration file.',
    }),
    master_socket: path({
      default: paths.haproxyMaster,
      shortdesc: "Socket of HAProxy's master",
      longdesc:
        'The unix socket at which the master is told to reload, without a request lost; the bridge knows the default.',
    }),
    bridge_socket: path({
      default: paths.bridgeSocket,
      shortdesc: 'Socket of the bridge',
      longdesc: 'The unix socket at which vnfha bridge listens.',
    }),
    binary: text({ default: 'haproxy', shortdesc: 'HAProxy', longdesc: 'The program: a name in PATH, or a path.' }),
  },
  actions: {
    start: { timeout: 20, run: start },
    stop: { timeout: 20, run: stop },
    monitor: { timeout: 10, recurring: [{ interval: 2 }], run: monitor },
    'validate-all': { timeout: 10, run: validate },
  },
});

function validate({ values }: Call<Service>): OcfCode {
  requirePrograms([[values.binary]]);
  return ocf.success;
}

async function start(call: Call<Service>): Promise<OcfCode> {
  const { values, instance, agent, given: parameters, remainingMs } = call;
  const { binary, config, socket, master_socket } = values;
  if ((await monitor(call).catch(() => undefined)) === ocf.success) return ocf.success;
  validate(call);
  await stop(call);
  await askForConfiguration(values.bridge_socket, remainingMs());
  mkdirSync(dirname(socket), { recursive: true });
  const { problem } = await execute([binary, '-c', '-q', '-f', config], { timeoutMs: remainingMs() });
  if (problem !== undefined) throw new OcfError(ocf.errGeneric, `HAProxy refuses its configuration: ${problem}`);

  const { leader, ended } = await launch(
    [binary, '-W', '-S', `${master_socket},mode,600`, '-f', config],
    instance,
    undefined,
    (leader) => writeState(instance, { leader, phase: 'starting', agent, parameters }),
  );
  for (;;) {
    if (ended() !== undefined) throw new OcfError(ocf.errGeneric, `HAProxy ${ended()}; see ${logFile(instance)}`);
    const silence = await silenceOf(socket);
    if (silence === undefined) break;
    if (remainingMs() === 0) throw new OcfError(ocf.errGeneric, silence);
    await sleep(50);
  }
  writeState(instance, { leader, phase: 'running', agent, parameters });
  return ocf.success;
}

async function monitor({ values, instance }: Call<Service>): Promise<OcfCode> {
  const leader = readState(instance)?.leader;
  if (leader === undefined || sessionOf(leader).length === 0) return ocf.notRunning;
  const silence = await silenceOf(values.socket);
  if (silence !== undefined) throw new OcfError(ocf.errGeneric, silence);
  return ocf.success;
}

async function stop({ instance, log, remainingMs }: Call<Service>): Promise<OcfCode> {
  const state = readState(instance);
  noteStopping(instance, state, log);
  const leader = state?.leader;
  if (leader !== undefined) {
    signalAll(leader, 'SIGUSR1'); // no new sessions; it ends with the last one
    const softUntil = performance.now() + Math.min(softStopMs, remainingMs() / 3);
    while (isAlive(leader) && performance.now() < softUntil) await sleep(20);
    const leftMs = remainingMs();
    if (!(await endSession(leader, 'SIGTERM', leftMs / 2, leftMs))) {
      throw new OcfError(ocf.errGeneric, 'HAProxy does not end, not even by SIGKILL');
    }
  }
  removeState(instance);
  return ocf.success;
}

/** Why HAProxy gives no sign of life at its runtime socket, or undefined when it does. */
async function silenceOf(socket: string): Promise<string | undefined> {
  return openDoor(socket, answerMs)
    .ask(['show info'])
    .then(
      () => undefined,
      (error: unknown) => messageOf(error),
    );
}

void runAgent(haproxy);
