// The wall clock in µs, the same on every host of a lab: they share one kernel. performance.timeOrigin is not used, since it
// may be a millisecond off; the offset is taken where Date.now() steps, and again every ten seconds.
'use strict';
let offset = 0n; // µs

function adjust() {
  const before = Date.now();
  let wall;
  while ((wall = Date.now()) === before);
  offset = BigInt(wall) * 1000n - process.hrtime.bigint() / 1000n;
}

adjust();
setInterval(adjust, 10_000).unref();
exports.now = () => Number(process.hrtime.bigint() / 1000n + offset);
