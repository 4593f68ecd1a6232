/** The option by which every daemon serves Prometheus: docs/metrics.md. */
import { Option } from 'commander';

/** `daemon` as in VNFHA_BRIDGE_METRICS, by which /etc/default/vnfha gives it. */
export const metricsOption = (daemon: string): Option =>
  new Option(
    '--metrics <address>',
    'serve Prometheus at this [ADDRESS:]PORT; without an address on the loopback only',
  ).env(`VNFHA_${daemon.toUpperCase()}_METRICS`);
