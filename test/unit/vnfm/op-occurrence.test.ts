import test from 'ava';
import { operationIdOf, parseOperation } from '../../../src/vnfm/op-occurrence.ts';

test('an operation occurrence as a VNFM tells it', (t) => {
  const operation = parseOperation({
    id: 'c9fc1ed1',
    operationState: 'COMPLETED',
    stateEnteredTime: '2026-11-26T11:39:34Z',
    operation: 'HEAL',
    operationParams: { cause: 'vnfha:x#1', additionalParams: { all: false } },
    resourceChanges: {
      affectedVnfcs: [{ id: 'WEB-1', vduId: 'WEB', changeType: 'MODIFIED', computeResource: { resourceId: 'vm-2' } }],
    },
    _links: {},
  });
  t.deepEqual(operation, {
    id: 'c9fc1ed1',
    state: 'COMPLETED',
    entered: '2026-11-26T11:39:34Z',
    detail: undefined,
    cause: 'vnfha:x#1',
    affectedVnfcs: [{ id: 'WEB-1', vduId: 'WEB', changeType: 'MODIFIED', computeId: 'vm-2' }],
  });
});

test('its error, its parameters left out, its resources malformed', (t) => {
  const error = { title: 'Stack error', detail: 'no host has room', status: 500 };
  const body = { id: 'a', operationState: 'FAILED_TEMP', error, resourceChanges: { affectedVnfcs: [null, 7, 'x'] } };
  const operation = parseOperation(body)!;
  t.is(operation.detail, 'no host has room');
  t.is(operation.cause, undefined);
  t.is(operation.affectedVnfcs.length, 3);
});

for (const [why, body] of Object.entries({
  'no object': 'COMPLETED',
  nothing: undefined,
  null: null,
  'no id': { operationState: 'COMPLETED' },
  'an id that is a path': { id: '../tokens', operationState: 'COMPLETED' },
  'an unknown state': { id: 'a', operationState: 'DONE' },
  'a list': [],
})) {
  test(`no operation: ${why}`, (t) => t.is(parseOperation(body), undefined));
}

test('the operation in a Location', (t) => {
  t.is(operationIdOf('https://vnfm/vnflcm/v2/vnf_lcm_op_occs/6a-b'), '6a-b');
  t.is(operationIdOf('/vnflcm/v2/vnf_lcm_op_occs/6a-b/'), '6a-b');
  for (const wrong of [
    undefined,
    '',
    'https://vnfm/',
    '/vnf_lcm_op_occs/',
    '/vnf_lcm_op_occs/..',
    '/vnf_lcm_op_occs/a%2fb',
  ]) {
    t.is(operationIdOf(wrong), undefined);
  }
});
