/**
 * screenshots: the pictures of docs/status-page.md, by a real Chromium, of a page as a bridge serves it whose cluster is made up (test/host/page/scene.ts).
 *
 *   npx tsx scripts/screenshots.ts
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { type Browser, startChromium, type Tab } from '../test/host/page/chromium.ts';
import { scene, wellCluster, without } from '../test/host/page/scene.ts';

const directory = 'docs/images';
const raised = { kind: 'raised', vnfc: 'web', severity: 'MAJOR' };

async function shot(tab: Tab, name: string): Promise<void> {
  await writeFile(`${directory}/${name}.png`, await tab.picture());
  process.stdout.write(`${directory}/${name}.png\n`);
}

async function take(browser: Browser): Promise<void> {
  const self = await scene();
  try {
    const failed = Date.now() - 40_000;
    const healed = { incident: 'sipcore-web-node2-mwwsf4y8' };
    await self.journal(
      { ...healed, ...raised, node: 'node2', at: failed - 900_000, failedAt: failed - 903_004, noticedAt: failed - 902_999, excludedAt: failed - 902_991, reason: 'failed 2 times' },
      { ...healed, kind: 'heal-requested', attempt: 1, owner: '1.2', at: failed - 899_900 },
      { ...healed, kind: 'heal-accepted', attempt: 1, operation: 'op-7', at: failed - 899_600 },
      { ...healed, kind: 'heal-completed', attempt: 1, at: failed - 880_000 },
      { ...healed, kind: 'recovered', outcome: 'healed', at: failed - 877_000, readmittedAt: failed - 878_200 },
      { ...healed, kind: 'closed', at: failed - 876_900 },
      { incident: 'sipcore-web-node3-mwwt9k2c', ...raised, node: 'node3', at: failed + 3000, failedAt: failed, noticedAt: failed + 5, excludedAt: failed + 14, reason: 'failed 2 times' },
      { incident: 'sipcore-web-node3-mwwt9k2c', kind: 'heal-requested', attempt: 1, owner: '1.2', at: failed + 3100 },
    ); // prettier-ignore
    const tab = await browser.open(self.url, { width: 1100, height: 1130 });
    await tab.until(`document.getElementById('live').innerText.includes('live')`);
    self.rotation = without('node3', 'its main process 4711 is gone');
    self.cluster = { ...wellCluster, resources: wellCluster.resources.filter(({ id, nodes }) => id !== 'sipcore-web' || nodes[0] !== 'node3') }; // prettier-ignore
    self.nudge();
    await tab.until(`document.getElementById('changes').children.length > 0`);
    await tab.dark(false);
    await shot(tab, 'status-page');
    await tab.dark(true);
    await shot(tab, 'status-page-dark');
    await tab.resize(360, 1300);
    await shot(tab, 'status-page-narrow');
    await tab.dark(false);
    await tab.resize(1100, 900);
    await tab.send('Page.navigate', { url: `${self.url}incidents/${healed.incident}` });
    await tab.until(`document.querySelector('svg') !== null`);
    await shot(tab, 'incident');
  } finally {
    await self.end();
  }
}

await mkdir(directory, { recursive: true });
const browser = await startChromium();
try {
  await take(browser);
} finally {
  await browser.close();
}
