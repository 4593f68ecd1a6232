/** The status page in a real Chromium: live, lost and found again, by keyboard, in the dark, narrow, and with names that mean harm. */
import { mkdir, writeFile } from 'node:fs/promises';
import test from 'ava';
import { type Browser, startChromium, type Tab } from './chromium.ts';
import { resource, type Scene, scene, wellCluster, without } from './scene.ts';

let browser: Browser;
test.before('a Chromium', async () => void (browser = await startChromium()));
test.after.always('none of its processes stays', () => browser?.close());

const text = (id: string): string => `document.getElementById('${id}').innerText`;
const live = `${text('live')}.includes('live') && !${text('live')}.includes('not live') && ${text('health')} !== ''`;

/** A page that is live. */
async function opened(t: { teardown: (end: () => Promise<void>) => void }, prepare?: (self: Scene) => unknown, size?: { width: number; height: number }, example?: string): Promise<{ self: Scene; tab: Tab }> {
  const self = await scene(undefined, example);
  t.teardown(() => self.end());
  await prepare?.(self);
  const tab = await browser.open(self.url, size);
  await tab.until(live);
  return { self, tab };
} // prettier-ignore

const incident = { incident: 'sipcore-web-node3-abc', vnfc: 'web', node: 'node3', reason: 'failed 2 times', severity: 'MAJOR' }; // prettier-ignore

test.serial('it shows nodes, roles, addresses, rotation and incidents, and nothing complains', async (t) => {
  const { tab } = await opened(t, ({ journal }) =>
    journal({ ...incident, kind: 'raised', at: 10_000, failedAt: 7_000, noticedAt: 7_006, excludedAt: 7_015 }),
  );
  t.is(await tab.value('document.title'), '✗ sipcore');
  t.regex(await tab.value(text('groups')), /registrar \(active\/standby\), 10\.77\.0\.50 on node2/);
  const row = `[...document.querySelectorAll('#groups table')].find((one) => one.innerText.startsWith('web')).rows[2].innerText`;
  t.regex(await tab.value(row), /^node2\s+✓ up\s+✓ in/);
  t.regex(await tab.value(text('nodes')), /node1 \(this page, DC, load balancer\)\s+✓ online\s+10\.77\.0\.1\s+registrar \(standby\), web, lb \(load balancer\), address 10\.77\.0\.60/); // prettier-ignore
  t.regex(await tab.value(text('incidents')), /within SAL1: noticed in 0\.006 s of 1 s, excluded in 0\.015 s, the service back in 0\.015 s of 6 s/); // prettier-ignore
  t.deepEqual(tab.complaints, []);
});

test.serial('VMs are shown with their nodes, and the servers that the load balancer manages', async (t) => {
  const vms = await opened(t, (self) => (self.cluster = { ...wellCluster, resources: [resource('vms-web-web1', 'Started', 'node3')] }), undefined, 'vms'); // prettier-ignore
  const shown = await vms.tab.value<string>(text('groups'));
  t.regex(shown, /web \(active\/active, VMs\)\s+VM\s+Node\s+State/);
  t.regex(shown, /web1\s+node3\s+✓ up/);
  t.regex(shown, /web2\s+none\s+✗ down/);
  t.notRegex(shown, /undefined/);
  const { tab } = await opened(t, undefined, undefined, 'lb-managed');
  t.regex(await tab.value(text('groups')), /media \(managed by the load balancer\)\s+Server\s+State/);
  t.notRegex(await tab.value(text('groups')), /undefined/);
});

test.serial('each of two VIPs is shown where it is, and that it moves', async (t) => {
  const [vip, second] = ['twovips-lb-vip', 'twovips-lb-vip2'];
  const at = (node: string) => ({ ...wellCluster, resources: [resource(vip, 'Started', 'node1'), resource(second, 'Started', node)] }); // prettier-ignore
  const { self, tab } = await opened(t, (one) => (one.cluster = at('node2')), undefined, 'two-vips');
  t.regex(await tab.value(text('groups')), /lb \(load balancer\), 10\.77\.0\.60 on node1, 10\.77\.0\.61 on node2/);
  t.regex(await tab.value(text('nodes')), /node2 .*address 10\.77\.0\.61/);
  self.cluster = at('node1');
  self.nudge();
  await tab.until(`${text('changes')}.includes('10.77.0.61 of lb is on node1')`);
  t.notRegex(await tab.value(text('changes')), /10\.77\.0\.60/);
});

test.serial('a change is there at once, in its place and in the list that is read aloud', async (t) => {
  const { self, tab } = await opened(t);
  const begun = performance.now();
  self.rotation = without('node3', 'its main process 7 is gone');
  self.nudge();
  await tab.until(`${text('groups')}.includes('out: its main process 7 is gone')`);
  t.true(performance.now() - begun < 3000, `${performance.now() - begun} ms`);
  t.regex(await tab.value(text('changes')), /web on node3 is out of rotation: its main process 7 is gone/);
  t.is(await tab.value(`document.getElementById('changes').getAttribute('aria-live')`), 'polite');
  t.regex(await tab.value(text('health')), /not well/);
  self.rotation = without('', '');
  self.nudge();
  await tab.until(`${text('changes')}.includes('web on node3 is in rotation')`);
  self.cluster = new Error('crm_mon: no');
  await tab.until(`${text('health')}.includes('the cluster gives no answer: crm_mon: no')`);
});

test.serial('a stream that is lost is said, with the time, and found again', async (t) => {
  const { self, tab } = await opened(t);
  await self.stop();
  await tab.until(`/not live since \\d\\d:\\d\\d:\\d\\d/.test(${text('live')})`);
  t.true(await tab.value(`document.body.classList.contains('lost')`));
  // what was shown last stays
  t.regex(await tab.value(text('groups')), /10\.77\.0\.50 on node2/);
  self.rotation = without('node1', 'meanwhile');
  await self.start();
  await tab.until(live);
  await tab.until(`${text('groups')}.includes('out: meanwhile')`);
  t.false(await tab.value(`document.body.classList.contains('lost')`));
});

test.serial(
  'by keyboard: the tab key goes to everything that can be followed, visibly; enter opens an incident',
  async (t) => {
    const { self, tab } = await opened(t, ({ journal }) => journal({ ...incident, kind: 'raised', at: Date.now() }));
    const focused = `document.activeElement.textContent.trim() + (getComputedStyle(document.activeElement).outlineStyle === 'none' ? '' : ' (seen)')`;
    const walk: string[] = [];
    for (let at = 0; at < 3; at++) {
      await tab.press('Tab');
      walk.push(await tab.value(focused));
    }
    t.deepEqual(walk, ['To the status (seen)', 'sipcore-web-node3-abc (seen)', 'status.json (seen)']);
    t.is(await tab.value(`document.querySelectorAll('a, button, input, select, [tabindex="0"]').length`), 3);
    await tab.press('Tab', true);
    // the focus stays while the section is drawn anew
    self.rotation = without('node1', 'x');
    await self.journal({ ...incident, kind: 'raised', at: Date.now() }, { incident: incident.incident, kind: 'recovered', outcome: 'healed', at: Date.now() }); // prettier-ignore
    self.nudge();
    await tab.until(`${text('incidents')}.includes('recovered')`);
    t.is(await tab.value('document.activeElement.textContent'), 'sipcore-web-node3-abc');
    await tab.press('Enter');
    await tab.until(`location.pathname === '/incidents/sipcore-web-node3-abc' && document.querySelectorAll('svg circle').length === 2`); // prettier-ignore
    t.is(await tab.value(`getComputedStyle(document.querySelector('h1')).fontSize`), '20.8px'); // its style is let in by its hash
    t.deepEqual(tab.complaints, []);
  },
);

test.serial('in the dark, and with enough contrast in both', async (t) => {
  const { self, tab } = await opened(t, async (one) => {
    one.rotation = without('node3', 'it hangs');
    await one.journal({ ...incident, kind: 'raised', at: Date.now() });
  });
  const ground = `getComputedStyle(document.body).backgroundColor`;
  const contrasts = `(() => {
    const light = (text) => { const [r, g, b] = text.match(/[\\d.]+/g).slice(0, 3).map((one) => one / 255).map((one) => one <= 0.03928 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
    const under = (one) => { for (; one; one = one.parentElement) { const colour = getComputedStyle(one).backgroundColor; if (colour !== 'rgba(0, 0, 0, 0)') return colour; } return ${ground}; };
    return [...document.querySelectorAll('main *')].filter((one) => [...one.childNodes].some((child) => child.nodeType === 3 && child.data.trim() !== '')).map((one) => {
      const [high, low] = [light(getComputedStyle(one).color), light(under(one))].sort((a, b) => b - a);
      return (high + 0.05) / (low + 0.05);
    });
  })()`;
  await tab.dark(false);
  t.is(await tab.value(ground), 'rgb(255, 255, 255)');
  const bright = await tab.value<number[]>(contrasts);
  await tab.dark(true);
  t.is(await tab.value(ground), 'rgb(23, 23, 27)');
  const dark = await tab.value<number[]>(contrasts);
  t.true(bright.length > 30 && dark.length === bright.length);
  t.true(Math.min(...bright, ...dark) >= 4.5, `${Math.min(...bright)}, ${Math.min(...dark)}`);
  // kept for a look where a test has failed
  await mkdir('dist/page-test', { recursive: true });
  await writeFile('dist/page-test/dark.png', await tab.picture());
  t.is(self.logged.filter(({ level }) => level === 'error').length, 0);
});

test.serial('360 pixels wide nothing has to be scrolled sideways', async (t) => {
  const { self, tab } = await opened(t, async (one) => {
    one.rotation = without('node3', `a-word-that-is-so-long-that-it-fits-nowhere-${'x'.repeat(90)}`);
    await one.journal({ ...incident, kind: 'raised', at: Date.now(), failedAt: Date.now() - 3000, noticedAt: Date.now() - 2990 }); // prettier-ignore
  }, { width: 360, height: 740 }); // prettier-ignore
  const wide = `document.documentElement.scrollWidth`;
  t.is(await tab.value(wide), 360);
  t.deepEqual(await tab.value(`[...document.querySelectorAll('main *')].filter((one) => one.getBoundingClientRect().right > 361).map((one) => one.outerHTML.slice(0, 80))`), []); // prettier-ignore
  await self.stop();
  await tab.until(`${text('live')}.includes('not live since')`);
  t.is(await tab.value(wide), 360);
});

test.serial('names that mean harm are text', async (t) => {
  const evil = `<img src=x onerror="window.harm=1"><script>window.harm=2</script>"'&`;
  const bad = { ...wellCluster, dc: evil, resources: wellCluster.resources.map((one) => (one.id === 'sipcore-lb-vip' ? { ...one, nodes: [evil] } : one)) }; // prettier-ignore
  const { self, tab } = await opened(t, async (one) => {
    one.cluster = bad;
    one.rotation = without('node3', evil);
    await one.journal({ incident: evil, kind: 'raised', at: Date.now(), vnfc: evil, node: evil, reason: evil, severity: evil }); // prettier-ignore
  });
  self.rotation = without('node2', `${evil} again`);
  self.nudge();
  await tab.until(`${text('changes')}.includes('again')`);
  for (const id of ['health', 'groups', 'incidents', 'changes']) t.true((await tab.value<string>(text(id))).includes(evil), id); // prettier-ignore
  t.is(await tab.value(`document.querySelectorAll('main img, main script').length`), 0);
  t.is(await tab.value('window.harm'), undefined);
  await tab.value(`document.querySelector('#incidents a').click()`);
  await tab.until(`location.pathname.startsWith('/incidents/') && document.querySelector('svg') !== null`);
  t.true((await tab.value<string>('document.body.innerText')).includes(evil));
  t.is(await tab.value(`document.querySelectorAll('img, script').length`), 0);
  t.is(await tab.value('window.harm'), undefined);
  t.deepEqual(tab.complaints, []);
});

test.serial('markup that got in all the same could run nothing', async (t) => {
  const { tab } = await opened(t);
  await tab.value(`document.body.insertAdjacentHTML('beforeend', '<img src="/icon.svg" onload="window.harm=1"><img src="https://example.org/x.png">')`); // prettier-ignore
  await tab.until('document.querySelector("img").complete');
  t.is(await tab.value('window.harm'), undefined);
  t.true(tab.complaints.length > 0 && tab.complaints.every((one) => one.includes('Content Security Policy')), tab.complaints.join()); // prettier-ignore
});
