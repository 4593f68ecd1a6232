/** `vnfha sync` from its start to SIGTERM. */
import { readFile } from 'node:fs/promises';
import { Failure } from '../process/failure.ts';
import type { Log } from '../process/log.ts';
import { serveMetrics } from '../process/metrics.ts';
import { controlApi, vnfcApi } from './api.ts';
import type { Channel } from './channel.ts';
import { hostAndPort } from '../model/store-address.ts';
import type { ChannelConfig, SyncConfig } from './config.ts';
import { createCheckpoint } from './checkpoint.ts';
import { createDirectChannel } from './direct.ts';
import { type Listening, listenAt } from './http.ts';
import { startInstance } from './instance.ts';
import { defaultLimits } from './limits.ts';
import { createMessagesChannel } from './messages.ts';
import { syncMeters } from './meters.ts';
import { loadPromise, savePromise } from './promises.ts';
import { createSharedStorage } from './shared-storage.ts';
import { loadStoreAddress } from './store-address.ts';
import { createStoreChannel } from './store-channel.ts';
import { loadCredentials } from './tls.ts';

/**
 * Runs until SIGTERM or SIGINT.
 * @throws Failure 'missing', 'input' (what the configuration names), 'conflict' (another one has the sockets)
 */
export async function runSidecar(config: SyncConfig, log: Log, metricsAt?: string): Promise<void> {
  const metrics = await serveMetrics(metricsAt, log);
  const gid = await groupId(config.group);
  const channel = await createChannel(config, config.channel, log);
  const instance = await startInstance({
    node: config.node,
    channel,
    limits: defaultLimits,
    promised: await loadPromise(config.epochFile),
    save: (reign) => savePromise(config.epochFile, reign),
    unsure: config.unsure ?? 'wait',
    log,
  });
  syncMeters(metrics.meters, config.name, () => instance.status());
  const ended = new Promise<void>((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
  const listening: Listening[] = [];
  try {
    listening.push(await listenAt({ path: config.control, mode: 0o600 }, controlApi(instance), log));
    listening.push(await listenAt({ path: config.socket, mode: 0o660, gid }, vnfcApi(instance, defaultLimits), log));
    log.info('started', { name: config.name, node: config.node, channel: config.channel.type });
    await ended;
  } finally {
    await Promise.all(listening.map((each) => each.close()));
    await instance.close();
    await metrics.close();
  }
  log.info('stopped');
}

async function createChannel(
  { name: vnfc, node, instances }: SyncConfig,
  channel: ChannelConfig,
  log: Log,
): Promise<Channel> {
  switch (channel.type) {
    case 'direct': {
      const credentials = await loadCredentials(channel);
      const peers = instances
        .filter((name) => name !== node)
        .map((name) => ({ name, ...hostAndPort(channel.addresses[name]!) }));
      return createDirectChannel({ node, listen: hostAndPort(channel.addresses[node]!), peers, credentials, log });
    }
    case 'messages':
      return createMessagesChannel({ group: `vnfha-sync-${vnfc}`, node, instances, log });
    case 'shared-storage':
      return createStoreChannel(createSharedStorage(channel.folder), log);
    // their libraries are large: whoever doesn't use them doesn't load them
    case 'checkpoint-redis': {
      const address = await loadStoreAddress(channel, hostAndPort(channel.address));
      const { createRedisStore } = await import('./redis.ts');
      return createStoreChannel(createCheckpoint(createRedisStore(address, vnfc), defaultLimits.totalBytes), log);
    }
    case 'checkpoint-postgresql': {
      const address = await loadStoreAddress(channel, hostAndPort(channel.address));
      const { createPostgresqlStore } = await import('./postgresql.ts');
      const store = createPostgresqlStore(address, channel.database, vnfc);
      return createStoreChannel(createCheckpoint(store, defaultLimits.totalBytes), log);
    }
  }
}

async function groupId(group: string | number | undefined): Promise<number | undefined> {
  if (group === undefined || typeof group === 'number') return group;
  const line = (await readFile('/etc/group', 'utf8')).split('\n').find((each) => each.startsWith(`${group}:`));
  if (line !== undefined) return Number(line.split(':')[2]);
  throw new Failure('input', `the group '${group}' does not exist`, { cure: 'Create it: `groupadd --system`.' });
}
