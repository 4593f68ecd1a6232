/** What a figure was measured on. */
import { execFileSync } from 'node:child_process';
import os from 'node:os';

export interface Machine {
  readonly cores: number;
  readonly cpu: string;
  readonly memoryGiB: number;
  readonly kernel: string;
  readonly node: string;
  /** Load average of a minute at the start: others' work makes figures worse. */
  readonly load: number;
  readonly packages: Readonly<Record<string, string>>;
}

const packages = [
  'pacemaker',
  'corosync',
  'haproxy',
  'keepalived',
  'redis-server',
  'nginx',
  'resource-agents',
  'pcs',
  'crmsh',
];

export function describeMachine(): Machine {
  return {
    cores: os.cpus().length,
    cpu: os.cpus()[0]?.model ?? '?',
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    kernel: os.release(),
    node: process.version,
    load: os.loadavg()[0]!,
    packages: Object.fromEntries(packages.map((name) => [name, versionOf(name)])),
  };
}

function versionOf(name: string): string {
  try {
    return execFileSync('dpkg-query', ['-W', '-f', '${Version}', name], { encoding: 'utf8', stdio: 'pipe' });
  } catch {
    return 'not installed';
  }
}
