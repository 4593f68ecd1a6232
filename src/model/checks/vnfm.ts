/**
 * The VNFM: everything that a heal request needs.
 */
import { durationMs } from '../duration.ts';
import { coverAll, type WrittenWindow } from '../heals.ts';
import type { Path } from '../source.ts';
import { type Checkup, type Loose, nodesOf } from './checkup.ts';

export function checkVnfm(checkup: Checkup): void {
  const { vnfm, vnfcs, vnf } = checkup.description;
  const checkUrl = (path: Path, url: string | undefined) => {
    if (url === undefined) return;
    if (!URL.canParse(url))
      return checkup.error(path, `'${url}' is not a URL`, 'Write it as https://vnfm.example:9890.');
    const { username, password } = new URL(url);
    if (username === '' && password === '') return;
    checkup.error(path, 'the URL holds a user or a password', "Remove it; use 'auth' with a file for the secret.");
  };
  checkUrl(['vnfm', 'url'], vnfm?.url);
  checkUrl(['vnfm', 'alarms'], vnfm?.alarms);
  checkUrl(['vnfm', 'auth', 'tokenUrl'], vnfm?.auth?.tokenUrl);

  if (vnfm?.auth !== undefined) {
    checkSecrecy(checkup, ['vnfm', 'url'], vnfm.url, 'token');
    checkSecrecy(checkup, ['vnfm', 'auth', 'tokenUrl'], vnfm.auth.tokenUrl, 'client secret');
  }

  checkHeals(checkup, vnfm?.heals);
  const instances = vnfcs?.reduce(
    (sum, vnfc) => sum + (vnfc === undefined ? 0 : nodesOf(vnfc, checkup.facts).length),
    0,
  );
  const storm = vnfm?.heals?.storm?.incidents;
  if (storm !== undefined && instances !== undefined && storm > instances) {
    const what = `there are ${instances} instances: there is never a storm of ${storm}`;
    checkup.warning(
      ['vnfm', 'heals', 'storm', 'incidents'],
      what,
      instances < 2 ? 'Remove it.' : `Write ${instances} or less.`,
    );
  }
  const resolved = vnfm?.heals?.onFailedTemp;
  if (vnfm?.type === 'webhook' && resolved !== undefined && resolved !== 'wait') {
    const what = `a webhook has no FAILED_TEMP to '${resolved}'`;
    checkup.error(['vnfm', 'heals', 'onFailedTemp'], what, 'Remove it.');
  }

  const hasVnfm = !checkup.absent(['vnfm']);
  let heals = false;
  vnfcs?.forEach((vnfc, at) => {
    const heal = vnfc?.recovery?.heal ?? hasVnfm;
    heals ||= heal;
    checkEscalation(checkup, at, heal && hasVnfm);
    if (!heal || hasVnfm) return;
    const what = "'heal: true' asks a VNFM to heal, and there is none";
    checkup.error(['vnfcs', at, 'recovery', 'heal'], what, "Add 'vnfm' with its url, or remove 'heal'.");
  });
  if (heals && hasVnfm && vnfm?.type !== 'webhook' && vnf !== undefined && checkup.absent(['vnf', 'instanceId'])) {
    const what = "the VNFM can't be asked to heal a VNF whose 'instanceId' isn't known";
    checkup.error(['vnf'], what, "Add 'instanceId': the vnfInstanceId that the VNFM gave it.", 'key');
  }
}

/** For so long the journal keeps what is closed. */
const remembered = 3_600_000;

function checkEscalation(checkup: Checkup, at: number, isHealed: boolean): void {
  const recovery = checkup.description.vnfcs?.[at]?.recovery;
  if (recovery?.escalate !== 'node') return;
  const path = ['vnfcs', at, 'recovery', 'escalate'];
  if (!isHealed) {
    const what = "'escalate: node' comes before the VNFM is told, which it never is";
    checkup.error(path, what, "Add 'vnfm' with its url and leave 'heal' out, or remove 'escalate'.");
  }
  if (!checkup.absent(['vnfcs', at, 'vms'])) {
    const what =
      "'escalate: node' restarts the VM that a node is, and these are VMs on hosts, which Pacemaker starts elsewhere by itself";
    checkup.error(path, what, "Remove 'escalate'.");
  }
  const within = durationMs(recovery.within ?? '');
  if (within === undefined || within <= remembered) return;
  const what =
    "'escalate: node' restarts a node once within this time, and what is longer than an hour ago may be forgotten";
  checkup.error(['vnfcs', at, 'recovery', 'within'], what, "Write '1h' or less.");
}

const quickestReboot = 60_000;

function checkHeals(checkup: Checkup, heals: NonNullable<Checkup['description']['vnfm']>['heals']): void {
  const storm = heals?.storm;
  const [within, pause] = [durationMs(storm?.within ?? ''), durationMs(storm?.pause ?? '')];
  for (const [field, ms] of Object.entries({ within, pause })) {
    if (ms === undefined || (ms >= 1000 && ms <= remembered)) continue;
    checkup.error(['vnfm', 'heals', 'storm', field], 'it is not between 1 s and 1 h', "Write a time like '60s'.");
  }
  const lost = durationMs(heals?.lostNodes ?? '');
  if (lost !== undefined && lost < quickestReboot) {
    const what = 'a node that is being restarted may be away for longer than that, and would be made anew';
    checkup.warning(['vnfm', 'heals', 'lostNodes'], what, 'Write more than the restart of a node takes.');
  }
  heals?.maintenance?.forEach((window, at) => {
    if (window?.from === undefined || window.from !== window.to) return;
    const what = "'from' and 'to' are the same: no heal would be begun on the whole day";
    const cure = "Write another 'to'; to have nothing healed, write 'heal: false' at the VNFC's recovery.";
    checkup.error(['vnfm', 'heals', 'maintenance', at, 'to'], what, cure);
  });
  const windows = (heals?.maintenance ?? []).flatMap((window) => (isWhole(window) ? [window] : []));
  if (coverAll(windows)) {
    const what = 'these windows leave no time between them: no heal would ever be begun';
    const cure = "Make one of them shorter; to have nothing healed, write 'dryRun: true'.";
    checkup.error(['vnfm', 'heals', 'maintenance'], what, cure);
  }
  const { atOnce, perHour } = heals ?? {};
  if (atOnce !== undefined && perHour !== undefined && atOnce > perHour) {
    const what = `${atOnce} heals at once are more than the ${perHour} within an hour ('perHour')`;
    checkup.error(['vnfm', 'heals', 'atOnce'], what, `Write ${perHour} or less, or a larger 'perHour'.`);
  }
  if (heals?.dryRun === true) {
    const cure = "Remove 'dryRun' when you have seen that it would do the right thing.";
    checkup.warning(['vnfm', 'heals', 'dryRun'], 'the VNFM is asked for no heal', cure);
  }
}

/** One that has the right shape and a length: another problem is said already. */
function isWhole(window: Loose<WrittenWindow> | undefined): window is WrittenWindow {
  const { from, to, days } = window ?? {};
  return from !== undefined && to !== undefined && from !== to && (days?.every((day) => day !== undefined) ?? true);
}

function checkSecrecy(checkup: Checkup, path: Path, url: string | undefined, what: string): void {
  if (url === undefined || !URL.canParse(url)) return;
  const { protocol, hostname } = new URL(url);
  if (protocol !== 'http:' || isLoopback(hostname)) return;
  const cure = 'Write https://; http:// is for a lab.';
  checkup.warning(path, `the ${what} goes over the network in clear text, for everybody there to take`, cure);
}

/** As URL writes host names: an IPv4 address in four decimals, an IPv6 address in brackets. */
const isLoopback = (host: string): boolean => /^(.+\.)?localhost$|^127(\.\d+){3}$|^\[::1\]$/.test(host);
