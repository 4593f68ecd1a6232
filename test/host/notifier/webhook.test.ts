/** The notifier and a webhook: one heal, also when the answer is lost or the notifier dies before it has it. */
import test, { type ExecutionContext } from 'ava';
import { scene, type Scene, until } from './scene.ts';

const webhook = (t: ExecutionContext): Promise<Scene> =>
  scene(t, (description) =>
    description
      .replace(/^vnfm:$/m, 'vnfm:\n  type: webhook')
      .replace(/^( {2}url: .*)$/m, '$1/webhook')
      .replace(/^ {2}alarms: .*\n/m, ''),
  );

async function healedOnce(t: ExecutionContext, at: Scene): Promise<void> {
  await until(`it is closed: ${at.kinds().join(' ')}`, () => at.kinds().includes('closed'));
  const [heal, ...more] = at.heals();
  t.deepEqual(more, []);
  t.deepEqual(heal?.params.vnfcInstanceId, ['WEB-1']);
  const accepted = at.journal().flatMap((entry) => (entry.kind === 'heal-accepted' ? [entry.operation] : []));
  t.deepEqual(accepted, [`/webhook/${heal?.operation}`]);
}

test.serial('a lost answer: posted again with the same key, healed once', async (t) => {
  const at = await webhook(t);
  await at.startVnfm('--fault', '{"heal":{"lose":true}}');
  const notifier = await at.startNotifier();
  at.breakWeb();
  await healedOnce(t, at);
  t.is(notifier.of('heal-posted').length, 2);
});

test.serial('kill -9 between the heal and its answer: healed once', async (t) => {
  const at = await webhook(t);
  await at.startVnfm('--fault', '{"heal":{"delay":5000}}');
  const notifier = await at.startNotifier();
  at.breakWeb();
  await until('the receiver has it', () => at.heals().length === 1);
  notifier.signal('SIGKILL');
  await notifier.ended();
  t.false(at.kinds().includes('heal-accepted'));
  const next = await at.startNotifier();
  await healedOnce(t, at);
  t.is(next.of('heal-posted').length, 1);
});
