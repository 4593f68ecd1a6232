import test from 'ava';
import { addressesIn } from '../../../src/vnfm/vnf-instance.ts';

const cp = (...addresses: unknown[]) => ({
  id: 'cp',
  cpdId: 'service',
  cpProtocolInfo: [
    { layerProtocol: 'IP_OVER_ETHERNET', ipOverEthernet: { ipAddresses: [{ type: 'IPV4', addresses }] } },
  ],
});
const instance = (info: object) => ({ id: 'vnf-1', instantiationState: 'INSTANTIATED', instantiatedVnfInfo: info });

test('each VNFC by every id that it has, with the addresses of all its connection points', (t) => {
  const found = addressesIn(
    instance({
      vnfcResourceInfo: [
        { id: 'r1', vduId: 'WEB', vnfcCpInfo: [cp('192.0.2.1'), cp('2001:DB8:0::7', '192.0.2.2')] },
        { id: 'r2', vduId: 'WEB' },
      ],
      vnfcInfo: [{ id: 'vnfc-9', vduId: 'WEB', vnfcResourceInfoId: 'r1' }, { id: 'vnfc-8' }],
    }),
  )!;
  const all = ['192.0.2.1', '2001:db8::7', '192.0.2.2'];
  t.deepEqual(Object.fromEntries(found), { r1: all, 'WEB-r1': all, 'vnfc-9': all, r2: [], 'WEB-r2': [] });
});

test('what is no address is passed over', (t) => {
  const found = addressesIn(instance({ vnfcResourceInfo: [{ id: 'r', vnfcCpInfo: [cp('x', 7, null, '1.2.3.4 '), 7, null] }] })); // prettier-ignore
  t.deepEqual(found!.get('r'), []);
});

for (const body of [undefined, null, 'x', 7, [], {}, { error: 'no' }]) {
  test(`no VNF instance: ${JSON.stringify(body)}`, (t) => t.is(addressesIn(body), undefined));
}

test('one that is not instantiated has no VNFC', (t) => {
  for (const body of [{ id: 'i' }, instance({}), instance({ vnfcResourceInfo: 'x', vnfcInfo: {} })])
    t.is(addressesIn(body)!.size, 0);
});
