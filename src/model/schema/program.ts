/** How an instance is started, watched, and told its role. */
import { Type } from '@sinclair/typebox';
import { Command, Duration, Port, closed, patterns } from './words.ts';

export const Check = closed(
  {
    tcp: Type.Optional(Port('healthy when this TCP port of the node, or of the VM, accepts a connection')),
    http: Type.Optional(
      Type.String({
        pattern: patterns.checkUrl,
        description:
          'healthy when a GET of this URL answers 2xx or 3xx; with vms: a path, at the VM’s address and the service’s port, or a URL with %a for the VM’s address',
      }),
    ),
    command: Type.Optional(
      Command('healthy when this command exits 0; with vms it runs on the VM’s node, %a is the VM’s address'),
    ),
    interval: Type.Optional(Duration('time between two checks; whole seconds, 2 s or more; default 10s')),
    timeout: Type.Optional(Duration('bound on one check; default 10s')),
  },
  'how the health of an instance is seen; without any of tcp, http, command: its process is there',
);

export const interval = (what: string) => Duration(`${what}; 50ms or more; default 100ms`);
export const Misses = Type.Integer({
  minimum: 2,
  maximum: 100,
  description: 'unanswered ones in a row until it is suspected; default 3',
});

export const Heartbeat = closed(
  {
    interval: Type.Optional(interval('time between two heartbeats')),
    misses: Type.Optional(Misses),
    http: Type.Optional(
      Type.String({ pattern: patterns.url, description: 'it lives when a GET of this URL answers 2xx or 3xx' }),
    ),
    tcp: Type.Optional(Port('it lives when it answers at this TCP port of the node')),
    send: Type.Optional(
      Type.String({ minLength: 1, maxLength: 1000, description: 'with tcp: what is sent to it, as "PING\\r\\n"' }),
    ),
    expect: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 1000,
        description: 'with tcp: how its answer begins, as "+PONG"; default: any answer will do',
      }),
    ),
  },
  'asks it several times a second, so that one that hangs is noticed at once; without it a hang is found by the check',
);

export const Program = closed(
  {
    run: Type.Optional(
      Command('a program that stays in the foreground: the agent starts, watches and stops its process'),
    ),
    start: Type.Optional(
      Command('for a program that manages itself: the command that starts it (with stop and check)'),
    ),
    stop: Type.Optional(Command('the command that stops it; with run: asked before SIGTERM is sent')),
    user: Type.Optional(Type.String({ pattern: patterns.user, description: 'the user that it runs as; default root' })),
    startTimeout: Type.Optional(Duration('bound on starting, until the check says healthy; default 30s')),
    stopTimeout: Type.Optional(Duration('bound on stopping; default 30s')),
  },
  'how an instance is started and stopped: run, or start and stop',
);

export const Role = closed(
  {
    promote: Command('makes the instance active'),
    demote: Command('makes the instance standby'),
    query: Type.Optional(
      Command(
        'prints the role as its first word: active, promoted, primary, master or leader; or standby, unpromoted, secondary, slave, replica or follower',
      ),
    ),
    timeout: Type.Optional(Duration('bound on promote and on demote; default 30s')),
  },
  'how an active/standby instance is told its role',
);
