/** The load balancer, and what it is told of the services behind it: completed. Pure. */
import type { Description } from './description.ts';
import { ms, must, spelled } from './given.ts';
import { type Context, networksOfAll, vipOf } from './normalise-context.ts';
import type { ActiveActiveVnfc, Balanced, LoadBalancer, ManagedVnfc, Vnfc } from './vnf.ts';

type VnfcDescription = NonNullable<Description['vnfcs']>[number];
type ManagedDescription = NonNullable<NonNullable<Description['loadBalancer']>['manages']>[number];
type ServiceDescription = NonNullable<VnfcDescription['service']> | ManagedDescription['service'];

/** Completes the service of a VNFC on `nodes`. */
export function serviceOf(
  vnfc: VnfcDescription,
  nodes: readonly string[],
  context: Context,
): ActiveActiveVnfc['service'] {
  const service = vnfc.service!;
  return {
    ...balancedOf(service, context),
    network: service.network ?? networksOfAll([...nodes, ...context.lbNodes], context)[0]!,
  };
}

/** Completes what HAProxy is told of a service. */
export function balancedOf(service: ServiceDescription, context: Context): Balanced {
  return {
    port: service.port,
    frontend: service.frontend ?? service.port,
    mode: service.mode ?? 'http',
    balance: service.balance ?? 'roundrobin',
    check: {
      http: service.check?.http,
      interMs: ms(service.check?.inter, context.defaults.inter),
      fall: service.check?.fall ?? context.defaults.fall,
      rise: service.check?.rise ?? 1,
      answerMs: context.defaults.answer,
    },
  };
}

/** Completes the load balancer; `vnfcs` are completed already. */
export function loadBalancerOf(
  lb: Description['loadBalancer'],
  vnfcs: readonly Vnfc[],
  context: Context,
): LoadBalancer | undefined {
  return (
    lb && {
      name: lb.name ?? 'lb',
      nodes: context.lbNodes,
      vips: vipsOf(lb, context),
      manages: (lb.manages ?? []).map((managed) => managedOf(managed, vnfcs, context)),
    }
  );
}

function vipsOf({ vip, vips = [] }: NonNullable<Description['loadBalancer']>, context: Context): LoadBalancer['vips'] {
  const [first, ...others] = vip === undefined ? vips : [vip];
  return [vipOf(must(first, 'loadBalancer'), context), ...others.map((text) => vipOf(text, context))];
}

function managedOf(managed: ManagedDescription, vnfcs: readonly Vnfc[], context: Context): ManagedVnfc {
  const vips = new Map(
    vnfcs.map((vnfc) => [vnfc.name, vnfc.redundancy === 'active-standby' ? vnfc.vip.ip : undefined]),
  );
  return {
    name: managed.name,
    vdu: managed.vdu,
    servers: managed.servers.map(({ name, address, vnfc, port, vnfcInstanceId }) => ({
      name,
      address: vnfc === undefined ? spelled(address!) : must(vips.get(vnfc), vnfc),
      port: port ?? managed.service.port,
      pair: vnfc,
      vnfcInstanceId,
    })),
    service: { ...balancedOf(managed.service, context), slowStartMs: ms(managed.service.slowStart, 0) },
    heal: managed.heal ?? context.hasVnfm,
  };
}
