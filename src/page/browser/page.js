/**
 * The status page: shows what the bridge sends, and says when nothing comes. Whatever it shows is put in as text, so that no name is ever
 * markup. A section is drawn anew only when what it shows is otherwise, and the focus stays where it was.
 */
'use strict';

const lostAfterMs = 15_000;
const keptChanges = 50;
const by = (id) => document.getElementById(id);

/** h('td', {class: 'bad'}, 'text', node, …): strings become text. */
function h(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {}))
    if (value !== undefined) element.setAttribute(key, value);
  element.append(...children.filter((child) => child !== undefined && child !== ''));
  return element;
}

const drawn = new Map();
function draw(id, value, ...children) {
  const key = JSON.stringify(value);
  if (drawn.get(id) === key) return;
  drawn.set(id, key);
  const section = by(id);
  const focused = section.contains(document.activeElement) ? document.activeElement.id : '';
  section.replaceChildren(...children.flatMap((child) => child()));
  if (focused !== '') by(focused)?.focus({ preventScroll: true });
}

const wordClass = {
  ...{ online: 'good', active: 'good', up: 'good', in: 'good', standby: '', closed: '', recovered: '' },
  ...{ changing: 'between', pending: 'between', maintenance: 'between' },
};
const signs = { good: '✓ ', bad: '✗ ', between: '… ' };
/** A word with its sign and colour: none of the three is alone. */
function word(text, kind = wordClass[text] ?? 'bad') {
  return h('span', kind === '' ? {} : { class: kind }, `${signs[kind] ?? ''}${text}`);
}

/** A table whose rows become blocks where it is narrow. */
function table(caption, columns, rows) {
  const cell = (value, at) =>
    at === 0 ? h('th', { scope: 'row' }, value) : h('td', { 'data-column': columns[at] }, value);
  return h(
    'table',
    { class: 'stacks' },
    h('caption', {}, ...caption),
    h('thead', {}, h('tr', {}, ...columns.map((column) => h('th', { scope: 'col' }, column)))),
    h('tbody', {}, ...rows.map((row) => h('tr', {}, ...row.map(cell)))),
  );
}

function clock(at) {
  const text = new Date(at).toLocaleTimeString([], { hour12: false });
  return h('time', { datetime: new Date(at).toISOString() }, text);
}

function dated(at) {
  const day = new Date(at);
  return h(
    'time',
    { datetime: day.toISOString() },
    `${day.toISOString().slice(0, 10)} ${day.toLocaleTimeString([], { hour12: false })}`,
  );
}

function drawHealth({ vnf, status, silent }) {
  document.title = `${status === null ? '?' : status.ok ? '✓' : '✗'} ${vnf}`;
  by('title').textContent = vnf;
  draw('health', [status?.ok, status?.problems, status?.cluster, silent], () => {
    if (status === null) return [h('p', {}, word(`the cluster gives no answer: ${silent}`, 'bad'))];
    const { quorate, dc, maintenance } = status.cluster;
    const cluster = `${quorate ? 'With' : 'Without'} quorum; DC ${dc ?? '(none)'}${maintenance ? '; in maintenance mode' : ''}.`;
    return [
      h('p', {}, status.ok ? word('well', 'good') : word('not well', 'bad'), ' — ', cluster),
      ...(status.problems.length === 0 ? [] : [h('ul', {}, ...status.problems.map((problem) => h('li', {}, problem)))]),
    ];
  });
}

function drawNodes({ nodes, status, node: here }) {
  const states = new Map((status?.nodes ?? []).map(({ name, state }) => [name, state]));
  draw('nodes', [nodes, [...states], status?.cluster.dc], () => {
    const rows = nodes.map(({ name, addresses, loadBalancer, runs }) => {
      const notes = [
        name === here ? 'this page' : '',
        name === status?.cluster.dc ? 'DC' : '',
        loadBalancer ? 'load balancer' : '',
      ];
      const what = notes.filter((note) => note !== '').join(', ');
      const state = states.get(name);
      const shown = state === undefined ? 'unknown' : word(state);
      return [
        what === '' ? name : h('span', {}, name, ' ', h('span', { class: 'faint' }, `(${what})`)),
        shown,
        addresses.join(', '),
        runs.join(', ') || 'nothing',
      ];
    });
    return [table([`What runs where`], ['Node', 'State', 'Addresses', 'Runs'], rows)];
  });
}

const kinds = {
  'active-standby': 'active/standby',
  'active-active': 'active/active',
  vms: 'active/active, VMs',
  'load-balancer': 'load balancer',
  'lb-managed': 'managed by the load balancer',
};

function drawGroups({ status }) {
  const groups = status === null ? [] : [...status.vnfcs, ...(status.loadBalancer ? [status.loadBalancer] : [])];
  draw('groups', groups, () => [
    h('div', { class: 'groups' }, ...groups.map((group) => h('div', {}, ...groupParts(group)))),
  ]);
}

function groupParts({ name, kind, vips, instances, sync }) {
  const addresses = vips.map(({ address, node }) => `, ${address} ${node === undefined ? 'nowhere' : `on ${node}`}`);
  const placed = instances.some(({ rotation }) => rotation !== undefined);
  const ofVms = kind === 'vms';
  const columns = [
    ofVms ? 'VM' : kind === 'lb-managed' ? 'Server' : 'Node',
    ...(ofVms ? ['Node'] : []),
    'State',
    ...(placed ? ['Rotation'] : []),
  ];
  const rows = instances.map(({ node, host, state, rotation, reason }) => {
    const place =
      rotation === undefined ? '' : h('span', {}, word(rotation), reason === undefined ? '' : `: ${reason}`);
    return [node, ...(ofVms ? [host ?? 'none'] : []), word(state), ...(placed ? [place] : [])];
  });
  const copies = (sync?.copies ?? []).map(
    ({ copy, behind }) =>
      `${copy} ${behind === undefined ? 'not connected' : behind === 0 ? 'in step' : `${behind} behind`}`,
  );
  const state =
    sync === undefined
      ? undefined
      : `State: epoch ${sync.epoch}, ${sync.role}${sync.fresh ? '' : ', not fresh'} here${copies.length === 0 ? '' : `; ${copies.join(', ')}`}`;
  return [
    table([h('strong', {}, name), ` (${kinds[kind]})${addresses.join('')}`], columns, rows),
    ...(state === undefined ? [] : [h('p', { class: 'faint' }, state)]),
  ];
}

function drawIncidents({ incidents, older, target }) {
  draw('incidents', [incidents, older, target], () => {
    if (incidents === null) return [h('p', {}, "The journal of incidents can't be read here.")];
    if (incidents.length === 0) return [h('p', { class: 'faint' }, 'None.')];
    const rows = incidents.map(({ id, vnfc, node, phase, reason, raisedAt, open, verdict }, at) => [
      h('a', { id: `incident-${at}`, href: `/incidents/${encodeURIComponent(id)}` }, id),
      open ? word(phase, 'bad') : phase,
      dated(raisedAt),
      `${vnfc} on ${node}: ${reason}`,
      verdict,
    ]);
    const asked = target === null ? 'No recovery time is asked for.' : `Asked for: ${target.name}.`;
    const more = older === 0 ? [] : [h('p', { class: 'faint' }, `${older} older ones: vnfha incident list.`)];
    return [table([asked], ['Incident', 'Phase', 'Raised', 'What', 'Measured'], rows), ...more];
  });
}

function drawBridge({ node, bridge }) {
  const facts =
    bridge === null
      ? ['idles here, as this node is none of the load balancer’s: nothing is known of the rotation']
      : [
          bridge.corosync ? '' : 'Corosync is away',
          bridge.settled ? '' : 'no word of a cluster with quorum yet',
          bridge.haproxy ? 'HAProxy runs' : 'HAProxy does not run',
          bridge.outdated === null ? '' : `HAProxy has not taken up the description: ${bridge.outdated}`,
          bridge.silentNodes.length === 0 ? '' : `no heartbeats of ${bridge.silentNodes.join(', ')}`,
        ];
  draw('bridge', [node, facts], () => [`The bridge on ${node}: ${facts.filter((fact) => fact !== '').join('; ')}.`]);
}

function addChanges(changes) {
  const list = by('changes');
  if (changes.length > 0) by('no-changes').hidden = true;
  for (const change of changes) list.prepend(h('li', {}, clock(Date.now()), ' ', change));
  while (list.children.length > keptChanges) list.lastChild.remove();
}

let lastHeard = Date.now();
let live;
function setLive(now) {
  if (live === now) return;
  live = now;
  document.body.classList.toggle('lost', !now);
  by('live').replaceChildren(
    ...(now ? [word('live', 'good')] : ['not live since ', clock(lastHeard), '; trying again…']),
  );
}

let source;
function connect() {
  source?.close();
  source = new EventSource('/events');
  source.addEventListener('state', ({ data }) => {
    heard();
    const { state, changes } = JSON.parse(data);
    drawHealth(state);
    drawNodes(state);
    drawGroups(state);
    drawIncidents(state);
    drawBridge(state);
    addChanges(changes);
    by('main').setAttribute('aria-busy', 'false');
  });
  source.addEventListener('beat', heard);
  source.addEventListener('error', () => setLive(false));
}

function heard() {
  lastHeard = Date.now();
  setLive(true);
}

connect();
// a refused stream is not tried again by the browser, and one that is silently dead is not noticed by it
setInterval(() => {
  const dead = source.readyState === EventSource.OPEN && Date.now() - lastHeard > lostAfterMs;
  if (dead) setLive(false);
  if (dead || source.readyState === EventSource.CLOSED) connect();
}, 2000);
