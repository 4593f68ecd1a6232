/** How quickly something answers: one question after the other, and many at the same time. */

export type Ask = (n: number) => Promise<unknown>;

/** Milliseconds of each of `count` questions, one after the other. */
export async function latencies(ask: Ask, count: number): Promise<number[]> {
  for (let n = 0; n < 200; n += 1) await ask(n); // so that both sides have their code compiled
  const values: number[] = [];
  for (let n = 0; n < count; n += 1) {
    const begun = performance.now();
    await ask(n);
    values.push(performance.now() - begun);
  }
  return values;
}

/** Answers in a second, `outstanding` questions being asked all the time; one value for each window. */
export async function rates(ask: Ask, windows: number, outstanding = 32, windowMs = 1000): Promise<number[]> {
  let answered = 0;
  let over = false;
  const asking = Array.from({ length: outstanding }, async (_, at) => {
    for (let n = at; !over; n += outstanding) {
      await ask(n);
      answered += 1;
    }
  });
  const values: number[] = [];
  try {
    for (let window = 0; window < windows; window += 1) {
      const [before, begun] = [answered, performance.now()];
      await Promise.race([new Promise((resolve) => setTimeout(resolve, windowMs)), Promise.all(asking)]);
      values.push(((answered - before) * 1000) / (performance.now() - begun));
    }
  } finally {
    over = true;
    await Promise.allSettled(asking);
  }
  return values;
}
