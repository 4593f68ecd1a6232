/** The parameters of ocf:vnfha:vnfc: what its agent and the supervisor know of an instance. */
import {
  choice,
  command,
  count,
  escapedText,
  ipAddress,
  ipAddresses,
  networkInterface,
  path,
  port,
  positive,
  text,
  url,
} from '../parameter.ts';

const argv = 'A JSON array of strings, or words split on white space; no shell is involved.';

export const parameters = {
  name: text({
    required: true,
    shortdesc: 'The VNFC',
    longdesc: 'The name of the VNFC in the description of the VNF.',
  }),
  run: command({
    shortdesc: 'Program that stays in the foreground',
    longdesc: `The program that is the instance. The agent starts it in a session of its own, watches its process, and stops all of the session. Either this or start. ${argv}`,
  }),
  start: command({
    shortdesc: 'Command that starts a self-managing program',
    longdesc: `For a program that manages itself: the command that starts it. Needs stop and a check. ${argv}`,
  }),
  stop: command({
    shortdesc: 'Command that stops it',
    longdesc: `The counterpart of start: it ends with exit code 0 when the program is gone or was not there, not before, and not otherwise. With run it is asked before SIGTERM is sent. ${argv}`,
  }),
  user: text({
    shortdesc: 'User',
    longdesc: 'The user that the program and all commands run as. Default: root.',
  }),
  check_tcp: port({
    reloadable: true,
    shortdesc: 'TCP port that must accept connections',
    longdesc: 'Healthy when this TCP port accepts a connection, at the loopback or at any other address of the node.',
  }),
  check_http: url({
    reloadable: true,
    shortdesc: 'URL that must answer',
    longdesc: 'Healthy when a GET of this URL answers with a status from 200 to 399. Certificates are not verified.',
  }),
  check_command: command({
    reloadable: true,
    shortdesc: 'Command that must succeed',
    longdesc: `Healthy when this command ends with exit code 0. ${argv}`,
  }),
  heartbeat_interval: positive({
    reloadable: true,
    default: '100',
    shortdesc: 'Milliseconds between heartbeats',
    longdesc:
      'How often the supervisor asks for a sign of life, in milliseconds, when heartbeat_http or heartbeat_tcp is given.',
  }),
  heartbeat_misses: positive({
    reloadable: true,
    default: '3',
    shortdesc: 'Heartbeats that may be missed',
    longdesc: 'An instance that leaves so many heartbeats in a row unanswered is held to hang.',
  }),
  heartbeat_http: url({
    reloadable: true,
    shortdesc: 'URL of the heartbeat',
    longdesc: 'A heartbeat is a GET of this URL, answered with a status from 200 to 399. Either this or heartbeat_tcp.',
  }),
  heartbeat_tcp: port({
    reloadable: true,
    shortdesc: 'TCP port of the heartbeat',
    longdesc: 'A heartbeat is heartbeat_send to this TCP port, answered with heartbeat_expect.',
  }),
  heartbeat_send: escapedText({
    reloadable: true,
    shortdesc: 'What a heartbeat sends',
    longdesc: "What is sent to heartbeat_tcp, with JSON's escapes for control characters: PING\\r\\n.",
  }),
  heartbeat_expect: escapedText({
    reloadable: true,
    shortdesc: 'What answers a heartbeat',
    longdesc: "How the answer from heartbeat_tcp begins, with JSON's escapes. Default: any answer.",
  }),
  promote: command({
    reloadable: true,
    shortdesc: 'Command that makes the instance active',
    longdesc: `With it the resource is promotable. ${argv}`,
  }),
  demote: command({
    reloadable: true,
    shortdesc: 'Command that makes the instance standby',
    longdesc: `The counterpart of promote. ${argv}`,
  }),
  role_query: command({
    reloadable: true,
    shortdesc: 'Command that prints the role',
    longdesc: `Its first word is active, promoted, primary, master or leader; or standby, unpromoted, secondary, slave, replica or follower. Without it the role that was told last is believed. ${argv}`,
  }),
  sync: path({
    shortdesc: 'Control socket of the sidecar',
    longdesc:
      'The unix socket at which the sidecar that carries its state (vnfha sync) takes its role. It is active there before promote is run, with an epoch above all before, kept in the CIB; a sidecar that refuses fails the promotion.',
  }),
  standing: command({
    reloadable: true,
    shortdesc: 'Command that prints how far its state is',
    longdesc: `For a program that carries its state to the standby itself, without a sidecar. Prints lag=NUMBER, by how much its state is behind the active one's, in whatever it counts, or lag=unknown; and epoch=NUMBER, where it keeps that. The promotion score follows it. Each promotion has an epoch above all before, kept in the CIB, and the command promote has it as VNFHA_EPOCH. ${argv}`,
  }),
  standing_lag: count({
    reloadable: true,
    shortdesc: 'Lag that is allowed',
    longdesc: 'An instance that is behind by more than so much has not got the state.',
    default: '0',
  }),
  standing_unsure: choice(['wait', 'promote'])({
    reloadable: true,
    shortdesc: 'What is done when an instance has not got the state',
    longdesc:
      'An instance that has not got the state: wait gives it no promotion score, so that it is not promoted, and says why in the node attribute RESOURCE-waits; promote has it promoted when nobody else has the state either, and logs what may be missing.',
    default: 'wait',
  }),
  address: ipAddress({
    shortdesc: 'Virtual address of the active instance',
    longdesc:
      'Who has this address is active. With promote, the instance takes it as the last part of its promotion, after it has asked the network whether anybody else has it, and gives it up before its demotion. Without promote, the instances settle by themselves who has it (by VRRP, say): the agent only looks, takes it from an instance that has ended, and tells the cluster who is active by the node attribute RESOURCE-active.',
  }),
  address_prefix: positive({
    shortdesc: "Length of the address's prefix",
    longdesc: "The length of the prefix of the address's network, in bits: 24. Needed with address.",
  }),
  address_nic: networkInterface({
    shortdesc: "The address's network interface",
    longdesc: "The network interface of the address. Default: the one that is in the address's network.",
  }),
  address_peers: ipAddresses({
    shortdesc: 'Addresses of its nodes',
    longdesc:
      "The addresses, in the virtual address's network, of the nodes that may run the resource. When one of these has the virtual address besides the active instance, that one is to give it up, and is given the time of three monitors for it; any other host is given none.",
  }),
  address_arp_count: positive({
    default: '5',
    shortdesc: 'Announcements of the address',
    longdesc: 'How many times the neighbours are told where the address is.',
  }),
  address_arp_interval: positive({
    default: '200',
    shortdesc: 'Milliseconds between announcements',
    longdesc: 'Milliseconds between two announcements of the address.',
  }),
} as const;
