import test from 'ava';
import { encodeFrame } from '../../../src/sync/frame.ts';
import { createMailReader, cutMail, framesOf, isPiece, type MailHead } from '../../../src/sync/mail.ts';

const head: MailHead = { from: 'node1', kind: 'sent', to: ['2.77'], at: 12, version: { epoch: 3, sequence: 4 } };
const frames = (size: number): Buffer[] => [encodeFrame({ n: 1 }, [Buffer.alloc(size, 7)]), encodeFrame({ n: 2 })];

test('a mail of any size is cut into pieces that corosync takes, and put together again', (t) => {
  for (const size of [0, 1, 256 * 1024, 5 * 2 ** 20]) {
    const reader = createMailReader();
    const pieces = cutMail(1, head, frames(size));
    t.true(pieces.every((piece) => isPiece(piece) && piece.length <= 1_000_000));
    const mails = pieces.map((piece) => reader.push(piece));
    t.true(mails.slice(0, -1).every((mail) => mail === undefined));
    const mail = mails.at(-1)!;
    t.deepEqual(mail.head, head);
    const got = [...framesOf(mail.body)];
    t.deepEqual(got.map(({ head: each }) => each), [{ n: 1 }, { n: 2 }]); // prettier-ignore
    t.is(got[0]!.body.length, size);
  }
});

test('what was lost is seen, whether a piece, a mail or all before the first', (t) => {
  const reader = createMailReader();
  const push = (id: number, size: number, ...without: number[]) =>
    cutMail(id, head, frames(size))
      .filter((_, at) => !without.includes(at))
      .map((piece) => reader.push(piece))
      .at(-1);
  t.true(push(5, 10)!.lost, 'the first');
  t.false(push(6, 10)!.lost);
  t.true(push(8, 10)!.lost, 'one mail');
  t.false(push(9, 10)!.lost);
  for (const without of [0, 1, 3]) t.is(push(10 + without, 2 ** 20, without), undefined, `piece ${without}`);
  t.true(push(14, 10)!.lost);
  t.false(push(15, 10)!.lost);
  const again = createMailReader();
  again.push(cutMail(2 ** 32 - 1, head, [])[0]!);
  t.false(again.push(cutMail(2 ** 32, head, [])[0]!)!.lost, 'the number begins again');
});

test('what is no mail is refused', (t) => {
  t.false(isPiece(Buffer.alloc(3)));
  t.false(isPiece(Buffer.alloc(100)));
  const piece = (): Buffer => cutMail(1, head, frames(10))[0]!;
  const damaged = piece();
  damaged[40]! ^= 1;
  t.throws(() => createMailReader().push(damaged), { message: /damaged/ });
  const many = piece();
  many.writeUInt16BE(60_000, 10);
  t.throws(() => createMailReader().push(many), { message: /no piece/ });
  const odd = cutMail(1, { from: 'x', kind: 'other' } as unknown as MailHead, [])[0]!;
  t.throws(() => createMailReader().push(odd), { message: /head/ });
  t.throws(() => [...framesOf(Buffer.alloc(20))], { message: /damaged/ });
});
