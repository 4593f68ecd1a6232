/** Looks every 100 ms; a line for each: who was heard, halfway since the last one, of the nodes that are watched. */
import test from 'ava';
import { type HeartbeatWatch, stepHeartbeats, suspectedNodes } from '../../../src/decide/heartbeat-watch.ts';

const policy = { intervalMs: 100, misses: 3, corosyncMs: 5000 };

class Watching {
  watch: HeartbeatWatch = new Map();
  at = 0;
  wakeAt = 0;
  watched = [2, 3, 4];

  /** `times` intervals in which these were heard; who is suspected then. */
  hear(heard: readonly number[], times = 1, late = false): string {
    for (let n = 0; n < times; n++) {
      this.at += 100;
      const came = new Map(heard.map((id) => [id, this.at - 50]));
      const look = { at: this.at, late, heard: came, watched: new Set(this.watched) };
      ({ watch: this.watch, wakeAt: this.wakeAt } = stepHeartbeats(this.watch, look, policy));
    }
    return [...suspectedNodes(this.watch).keys()].join();
  }
}

test('three in a row are missing: suspected; one is heard: not any more', (t) => {
  const self = new Watching();
  t.is(self.hear([2, 3, 4]), '');
  t.is(self.hear([3, 4], 2), '');
  t.is(self.hear([3, 4]), '2');
  t.deepEqual(suspectedNodes(self.watch).get(2), { at: 400, what: 'no heartbeat for 3 intervals of 100 ms' });
  t.is(self.hear([3, 4], 5), '2');
  t.deepEqual(suspectedNodes(self.watch).get(2)!.at, 400);
  t.is(self.hear([2, 3, 4]), '');
  t.is(self.hear([3, 4], 2), '');
});

test('who was never heard is not suspected', (t) => {
  const self = new Watching();
  t.is(self.hear([3, 4], 20), '');
});

test('who is not in the ring, or has no supervisor, is not suspected, and has to be heard again first', (t) => {
  const self = new Watching();
  self.hear([2, 3, 4]);
  t.is(self.hear([3, 4], 3), '2');
  self.watched = [3, 4];
  t.is(self.hear([3, 4]), '');
  self.watched = [2, 3, 4];
  t.is(self.hear([3, 4], 10), '');
  self.hear([2, 3, 4]);
  t.is(self.hear([3, 4], 3), '2');
});

test('all silent at once: it is me', (t) => {
  const self = new Watching();
  self.hear([2, 3, 4]);
  t.is(self.hear([4]), '', 'not all in the same interval');
  t.is(self.hear([], 50), '');
  t.is(self.hear([2, 3, 4]), '');
});

test('a single other node is suspected: there is nobody to compare it with', (t) => {
  const self = new Watching();
  self.watched = [2];
  self.hear([2]);
  t.is(self.hear([], 3), '2');
});

test('late itself: nothing was missed', (t) => {
  const self = new Watching();
  self.hear([2, 3, 4]);
  self.hear([3, 4], 2);
  t.is(self.hear([], 1, true), '');
  t.is(self.hear([3, 4], 3), '');
  t.is(self.hear([3, 4]), '2');
});

test('the next look is when the first of them would be silent for too long; at every interval while one is silent', (t) => {
  const self = new Watching();
  self.hear([]);
  t.is(self.wakeAt - self.at, 300, 'nobody was heard yet');
  self.hear([2, 3, 4]);
  t.is(self.wakeAt - self.at, 300);
  self.hear([3, 4]);
  t.is(self.wakeAt - self.at, 200);
  self.hear([3, 4]);
  t.is(self.wakeAt - self.at, 100);
  t.is(self.hear([3, 4]), '2');
  t.is(self.wakeAt - self.at, 100, 'so that its return is seen');
  self.hear([2, 3, 4]);
  t.is(self.wakeAt - self.at, 300);
  self.hear([], 20);
  t.is(self.wakeAt - self.at, 100, 'deaf');
});

test('corosync keeps it beyond its own time: no suspicion, until it was heard', (t) => {
  const self = new Watching();
  self.hear([2, 3, 4]);
  t.is(self.hear([3, 4], 53), '2');
  t.is(self.hear([3, 4], 1), '');
  t.is(self.hear([3, 4], 100), '');
  self.hear([2, 3, 4]);
  t.is(self.hear([3, 4], 3), '2');
});

test('who is suspected again and again is given more time, up to eight times, until a quiet minute', (t) => {
  const self = new Watching();
  const needed = (): number => {
    self.hear([2, 3, 4]);
    for (let n = 1; ; n++) if (self.hear([3, 4]) === '2') return n;
  };
  t.deepEqual(Array.from({ length: 7 }, needed), [3, 3, 3, 6, 12, 24, 24]);
  self.hear([2, 3, 4], 601);
  t.is(needed(), 3);
});
