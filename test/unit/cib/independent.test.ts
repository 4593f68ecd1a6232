/** A large configuration in parts: nothing is lost, nothing refers to another part, and what all need is in each. */
import test from 'ava';
import { fleetCib } from '../../../bench/fleet/cib.ts';
import { independentParts } from '../../../src/cib/independent.ts';
import { section } from '../../../src/cib/tree.ts';
import { type Element, parseXml } from '../../../src/process/xml.ts';

const idsOf = (configuration: Element, name: string): string[] =>
  section(configuration, name)?.children.map(({ attributes }) => attributes['id']!) ?? [];

const small = (constraints: string): Element =>
  parseXml(
    `<configuration><crm_config/><resources>
      <primitive id="a"/><clone id="b-clone"><primitive id="b"/></clone><primitive id="c"/><primitive id="d"/>
      <primitive id="fence" class="stonith"/>
    </resources><constraints>${constraints}</constraints><tags><tag id="t"><obj_ref id="a"/><obj_ref id="d"/></tag></tags></configuration>`,
    'test',
  );

const sortedParts = (configuration: Element): string[] =>
  independentParts(configuration, 1).map((part) =>
    [...idsOf(part, 'resources'), ...idsOf(part, 'constraints')].join(' '),
  );

test('what refers to each other stays together, also by others and by a set; fencing is everywhere', (t) => {
  t.deepEqual(sortedParts(small('')), ['a fence', 'b-clone fence', 'c fence', 'd fence']);
  const chain = '<rsc_order id="o1" first="c" then="b"/><rsc_order id="o2"><resource_set id="s"><resource_ref id="a"/><resource_ref id="c"/></resource_set></rsc_order>'; // prettier-ignore
  t.deepEqual(sortedParts(small(chain)), ['a b-clone c fence o1 o2', 'd fence']);
  t.deepEqual(sortedParts(small('<rsc_location id="l" rsc="fence"/>')), ['a fence l', 'b-clone fence l', 'c fence l', 'd fence l']); // prettier-ignore
});

test('what names its resources by a pattern is left whole, and so is what is small', (t) => {
  const pattern = small('<rsc_location id="l" rsc-pattern="a.*"/>');
  t.deepEqual(independentParts(pattern, 1), [pattern]);
  const all = small('');
  t.deepEqual(independentParts(all, 5), [all]);
});

test('a fleet: every resource and constraint is in exactly one part, but for the fence devices', async (t) => {
  const { cib } = await fleetCib(300);
  const configuration = section(cib, 'configuration')!;
  const parts = independentParts(configuration, 100);
  t.true(parts.length >= 4, `${parts.length} parts`);
  for (const name of ['resources', 'constraints']) {
    const dealt = parts.flatMap((part) => idsOf(part, name)).filter((id) => !id.startsWith('fleet-fence-'));
    const whole = idsOf(configuration, name).filter((id) => !id.startsWith('fleet-fence-'));
    t.deepEqual(dealt.sort(), whole.sort());
  }
  for (const part of parts) t.true(idsOf(part, 'resources').includes('fleet-fence-vim'));
});
