/** The faults of the demo, one after the other, and what must be seen to happen after each. */
import { haproxyId, resourceId, vipId } from '../model/names.ts';
import { crash, theNodeOf } from './cluster.ts';
import { sessions } from './description.ts';
import type { Stage } from './stage.ts';
import type { Milestone } from './timeline.ts';

export interface Step {
  readonly title: string;
  /** Does the damage; returns what it did, in words. */
  readonly damage: (stage: Stage) => Promise<string>;
  /** What must happen, in this order. */
  readonly wanted: readonly (readonly Milestone[])[];
  /** Which traffic is hit, by the VNFC's name. */
  readonly hits: readonly string[];
}

const nginxConf = '/usr/share/vnfha/examples/sipcore/nginx.conf';

export const story: readonly Step[] = [
  {
    title: 'the active VNFC is killed',
    wanted: [['evidence', 'promoted', 'VIP answering']],
    hits: ['registrar'],
    damage: async (stage) => {
      const node = await theNodeOf(stage, resourceId(stage.vnf.name, 'registrar'), 'Promoted');
      await crash(stage, node, 'redis-server');
      return `kill -9 of the active registrar on ${node}`;
    },
  },
  {
    title: 'a pool VNFC is killed',
    wanted: [['evidence', 'excluded', 're-admitted']],
    hits: ['web'],
    damage: async (stage) => {
      await crash(stage, 'node3', 'nginx');
      return 'kill -9 of the web on node3';
    },
  },
  {
    title: 'a node loses its power',
    wanted: [
      ['evidence', 'excluded', 're-admitted'],
      ['evidence', 'fenced'],
    ],
    hits: ['web'],
    damage: async (stage) => {
      await stage.lab.kill('node3');
      return 'power cut of node3';
    },
  },
  {
    title: 'the node of the active VNFC with state loses its power',
    wanted: [['evidence', 'fenced', 'promoted', 'VIP answering']],
    hits: [sessions.name],
    damage: async (stage) => {
      const node = await theNodeOf(stage, resourceId(stage.vnf.name, sessions.name), 'Promoted');
      await stage.lab.kill(node);
      return `power cut of ${node}, where ${sessions.name} was active`;
    },
  },
  {
    title: "the active load balancer's node loses its power",
    wanted: [
      ['evidence', 'excluded', 're-admitted'],
      ['evidence', 'fenced', 'VIP answering'],
    ],
    hits: ['web'],
    damage: async (stage) => {
      const { name, loadBalancer } = stage.vnf;
      const node = await theNodeOf(stage, vipId(name, loadBalancer!.name), 'Started');
      await stage.lab.kill(node);
      return `power cut of ${node}, whose HAProxy (${haproxyId(name, loadBalancer!.name)}) had the VIP`;
    },
  },
  {
    title: 'a VNFC that Pacemaker cannot recover',
    wanted: [['evidence', 'excluded', 'raised', 'heal asked for', 'healed', 're-admitted', 'cleared']],
    hits: ['web'],
    damage: async (stage) => {
      const node = 'node2';
      // what the VIM does for the VNFM: the VNFC is made anew, with its configuration
      stage.repair = async () => {
        await stage.lab.exec(node, ['mv', `${nginxConf}.lost`, nginxConf]);
      };
      await stage.lab.exec(node, ['mv', nginxConf, `${nginxConf}.lost`]);
      await crash(stage, node, 'nginx');
      return `the web's configuration on ${node} is lost, and the web killed: it cannot be started again there`;
    },
  },
];
