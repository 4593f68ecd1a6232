/** A line on stderr for what takes longer than an operator likes to wait in the dark. */

/** Awaits `work`, and after two seconds says on stderr what is being waited for. */
export async function withProgress<T>(text: string, work: Promise<T>): Promise<T> {
  const timer = setTimeout(() => process.stderr.write(`${text} …\n`), 2000);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}
