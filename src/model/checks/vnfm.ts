/**
 * The VNFM: everything that a heal request needs.
 */
import type { Path } from '../source.ts';
import type { Checkup } from './checkup.ts';

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

  const hasVnfm = !checkup.absent(['vnfm']);
  let heals = false;
  vnfcs?.forEach((vnfc, at) => {
    const heal = vnfc?.recovery?.heal ?? hasVnfm;
    heals ||= heal;
    if (!heal || hasVnfm) return;
    const what = "'heal: true' asks a VNFM to heal, and there is none";
    checkup.error(['vnfcs', at, 'recovery', 'heal'], what, "Add 'vnfm' with its url, or remove 'heal'.");
  });
  if (heals && hasVnfm && vnf !== undefined && checkup.absent(['vnf', 'instanceId'])) {
    const what = "the VNFM can't be asked to heal a VNF whose 'instanceId' isn't known";
    checkup.error(['vnf'], what, "Add 'instanceId': the vnfInstanceId that the VNFM gave it.", 'key');
  }
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
