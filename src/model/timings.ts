/**
 * How long the steps of a failover take that no setting decides: milliseconds, usually and at worst. 'Measured' is: in the lab, on
 * two cores; the worst are those of a busy machine. docs/budget.md says how to measure them on yours.
 */
export interface Span {
  readonly typicalMs: number;
  readonly worstMs: number;
}

const span = (typicalMs: number, worstMs: number): Span => ({ typicalMs, worstMs });

export const timings = {
  /** A process ends -> the supervisor knows it, by its pidfd. Measured: as for a process that leaves a CPG group, 4 to 7 ms; a busy machine adds to it. */
  processEnds: span(5, 50),
  /** The supervisor or a bridge says it by CPG -> HAProxy has the server out at every load balancer. The product's own aim, checked by its benchmark. */
  word: span(10, 30),
  /** A monitor fails -> the alert agent's word has the server out. Measured: the alert runs 37 to 64 ms after the failed operation. */
  alert: span(60, 150),
  /** An agent's monitor from its call to its answer, in a Node process of its own. Measured: 25 to 70 ms. */
  monitor: span(50, 150),
  /**
   * Pacemaker is told -> its first action; what the active instance's demotion, the promotion and the VIP's move take; the VIP's start
   * until it answers. Measured (npm run bench -- active-killed): together 184 to 393 ms; at worst: a margin, as it was on a
   * busier machine with IPaddr2. The shares are those of one failover, process by process.
   */
  decision: span(70, 200),
  roleMove: span(120, 400),
  vipStart: span(50, 150),
  /** The same where the VNFC claims it: 150 ms in which the network is asked, the VIP's start, and a margin of 50 ms. Not measured by itself. */
  vipClaim: span(250, 500),
  /** The same after a fencing: the old instance needs no demotion. Measured: promotion and VIP together 150 ms. */
  roleMoveAfterFencing: span(100, 300),
  vipStartAfterFencing: span(50, 150),
  /**
   * The VIP of a load balancer is stopped where HAProxy died. Measured with ocf:heartbeat:IPaddr2, of whose stop 50 ms are saved by
   * ocf:vnfha:vip: 60 to 330 ms.
   */
  vipStop: span(50, 300),
  /**
   * Corosync's word -> fencing begins. Measured with the supervisor, which wakes the controller (src/pacemaker/nudge.ts): 40 to 140 ms on a
   * busy machine. Without, Pacemaker sleeps one or two whole seconds until the CIB knows the new membership (do_pe_invoke_callback of
   * pacemaker-controld).
   */
  membership: span(50, 200),
  /** Of two nodes, the one to be fenced that has the VIP or the active instance gets this head start: cib-templates/cluster.xml. */
  priorityFencingDelay: span(2000, 2000),
} as const;

/** Share of the consensus timeout that is used up. Measured: Corosync's word comes 2.1 token timeouts after a power cut, with a consensus of 1.2. */
export const consensusShare = span(0.92, 1);
