/**
 * Heartbeats: each asks something that can answer, often enough to mean something, on a port that is free.
 */
import type { Description } from '../description.ts';
import { durationMs } from '../duration.ts';
import type { Path } from '../source.ts';
import type { Checkup, Loose } from './checkup.ts';

/** Corosync's knet takes a UDP port for each link, from here on. */
const corosyncPort = 5405;

export function checkHeartbeats(checkup: Checkup): void {
  const { cluster, vnfcs } = checkup.description;
  checkInterval(checkup, ['cluster', 'heartbeat', 'interval'], cluster?.heartbeat?.interval);
  checkPort(checkup, cluster?.heartbeat?.port);
  vnfcs?.forEach((vnfc, at) => {
    if (vnfc?.heartbeat === undefined) return;
    const path = ['vnfcs', at, 'heartbeat'];
    checkInterval(checkup, [...path, 'interval'], vnfc.heartbeat.interval);
    checkQuestion(checkup, path, `the heartbeat of the VNFC '${vnfc.name ?? at}'`, vnfc.heartbeat);
  });
}

function checkInterval(checkup: Checkup, path: Path, text: string | undefined): void {
  const ms = durationMs(text ?? '');
  if (ms === undefined || ms === 0 || ms >= 50) return;
  const what = `heartbeats every ${ms} ms would take a healthy machine's pauses for failures`;
  checkup.error(path, what, 'Write 50ms or more; 100ms suits most.');
}

function checkPort(checkup: Checkup, port: number | undefined): void {
  const { cluster, networks } = checkup.description;
  const links = Math.min(8, cluster?.links?.length ?? networks?.length ?? 1);
  const taken = port ?? 5410;
  if (taken < corosyncPort || taken >= corosyncPort + links) return;
  const what = `the UDP port ${taken} is Corosync's, for its link ${taken - corosyncPort}`;
  checkup.error(['cluster', 'heartbeat', 'port'], what, `Write another, as ${corosyncPort + 8}.`);
}

function checkQuestion(
  checkup: Checkup,
  path: Path,
  name: string,
  heartbeat: Loose<NonNullable<NonNullable<Description['vnfcs']>[number]['heartbeat']>>,
): void {
  const has = (field: string) => !checkup.absent([...path, field]);
  if (!has('http') && !has('tcp')) {
    return checkup.error(path, `${name} asks nothing`, "Add 'http' with a URL, or 'tcp' with a port.", 'key');
  }
  if (has('http') && has('tcp')) {
    return checkup.error([...path, 'tcp'], `${name} has both 'http' and 'tcp'`, 'Keep one of the two.', 'key');
  }
  if (heartbeat.http !== undefined && !URL.canParse(heartbeat.http)) {
    const cure = 'Write it as http://127.0.0.1:8080/health.';
    checkup.error([...path, 'http'], `'${heartbeat.http}' is not a URL`, cure);
  }
  for (const field of ['send', 'expect']) {
    if (!has('http') || !has(field)) continue;
    checkup.error(
      [...path, field],
      `'${field}' is for a heartbeat by 'tcp', and ${name} is by 'http'`,
      'Remove it.',
      'key',
    );
  }
  if (!has('tcp')) return;
  if (has('expect') && !has('send')) {
    const what = `${name} waits for an answer without asking`;
    checkup.error([...path, 'expect'], what, "Add 'send': what is asked.", 'key');
  } else if (!has('send')) {
    const what = `${name} is content with a connection, and a program that hangs still gets those: the kernel accepts them`;
    checkup.warning([...path, 'tcp'], what, "Add 'send' and 'expect': what is asked, and how the answer begins.");
  }
}
