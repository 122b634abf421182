/**
 * The number of threads that `BINVIT_THREADS` asks for; 1 unless set, as the experiment pool runs one process per core.
 *
 * @throws Error when it is not a whole number from 1 to 256
 */
export function threadsFromEnvironment(): number {
  const text = process.env.BINVIT_THREADS;
  if (text === undefined || text === '') return 1;
  const threads = Number(text);
  if (!Number.isInteger(threads) || threads < 1 || threads > 256) {
    throw new Error(`BINVIT_THREADS was "${text}", but a whole number from 1 to 256 was expected.`);
  }
  return threads;
}
