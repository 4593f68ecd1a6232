/**
 * The description that a lab runs: the operator's file, with fencing by the lab's own power switch. Pure.
 */
import { isMap, isSeq, parseDocument } from 'yaml';

/** The lab's fence agent; src/lab/fence. */
export const fenceAgent = 'fence_vnfha_lab';

/** The text with its fencing section replaced; all else stays as it was written. What is no YAML, or no group of fields, is returned as it is. */
export function withLabFencing(text: string): string {
  const document = parseDocument(text);
  if (document.errors.length > 0 || !isMap(document.contents)) return text;
  document.set('fencing', document.createNode([{ name: 'lab', agent: fenceAgent, takes: '100ms' }]));
  return document.toString({ lineWidth: 0 });
}

/** The text (the example's) with `count` nodes, node1 at the .1 of the first network and so on. */
export function withNodes(text: string, count: number): string {
  const document = parseDocument(text);
  const names = Array.from({ length: count }, (_, at) => `node${at + 1}`);
  const network = String(document.getIn(['networks', 0, 'cidr'])).replace(/\.\d+\/\d+$/, '');
  document.set('nodes', document.createNode(names.map((name, at) => ({ name, address: `${network}.${at + 1}` }))));
  const vnfcs = document.get('vnfcs');
  for (const vnfc of isSeq(vnfcs) ? vnfcs.items : []) {
    if (!isMap(vnfc) || !vnfc.has('vnfcInstanceIds')) continue;
    const vdu = String(vnfc.get('vdu') ?? vnfc.get('name'));
    const known = vnfc.toJS(document) as { vnfcInstanceIds: Record<string, string> };
    const ids = names.map((name) => [name, known.vnfcInstanceIds[name] ?? `${vdu}-${name}`]);
    vnfc.set('vnfcInstanceIds', document.createNode(Object.fromEntries(ids)));
  }
  return document.toString({ lineWidth: 0 });
}
