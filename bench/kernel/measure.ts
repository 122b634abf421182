import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { startKernel, type RunningKernel } from '../../test/notebook/jupyter/client.js';
import type { Contender } from './contenders.js';

/** What one round gives of one kernel; times in ms, `null` where it did not answer in time. */
export interface Round {
  firstResultMs: number;
  latencies: number[];
  /** Messages that never came, of all that the round waited for: to the front end, the cell or question looks as if it ran on. */
  lost: number;
  lines: { arrived: number; endMs: number | null };
  figureMs: number | null;
  lateLatencies: number[];
  completions: number[];
  memoryMb: number;
}

/** For a kernel to start, and for 10,000 lines or a figure to arrive. */
const patienceMs = 20_000;
/** For a small cell's reply, or a completion. */
const replyPatienceMs = 3000;
/** A reply and its `idle` are sent together; what has not come by then was dropped. */
const idlePatienceMs = 100;
const latencyCount = 200;
const lineCount = 10_000;

/** One round of one kernel: a fresh process for start and work, another one for the printed lines, which may never end. */
export async function measure(contender: Contender, cwd: string): Promise<Round> {
  const start = performance.now();
  const kernel = await started(contender, cwd, '1+1');
  const run = (code: string): Promise<number | null> => runCell(kernel, code);
  const count = new LostCount();
  try {
    const latencies = count.kept(await repeat(latencyCount, () => run('1+1')));
    const figureMs = await showFigure(kernel, contender);
    for (let cell = 0; cell < 100; cell++) count.kept([await run(declaration(cell, contender.typed))]);
    const lateLatencies = count.kept(await repeat(30, index => run(`value${index}.sum + method${index}(1)`)));
    const completions = count.kept(await repeat(30, index => complete(kernel, `value${index}.`)));
    for (let cell = 0; cell < 900; cell++) count.kept([await run(`value${cell % 100}.sum + ${cell}`)]);
    const memoryMb = memoryOf(kernel.process.pid!);
    return { firstResultMs: kernel.firstReplyAt - start, latencies, lost: count.lost, figureMs, lateLatencies, completions, memoryMb, lines: await printLines(contender, cwd) };
  } finally {
    await kernel.stop();
  }
}

/** Counts what never came. */
class LostCount {
  lost = 0;

  /** Those of some durations that there are. */
  kept(durations: readonly (number | null)[]): number[] {
    const there = durations.filter(duration => duration !== null);
    this.lost += durations.length - there.length;
    return there;
  }
}

/** @throws Error when the kernel does not start in time */
async function started({ argv, env }: Contender, cwd: string, firstCell?: string): Promise<RunningKernel> {
  const starting = startKernel(argv, { cwd, env: { ...process.env, ...env }, ...firstCell === undefined ? {} : { firstCell } });
  const kernel = await Promise.race([starting, pause(patienceMs)]);
  if (kernel) return kernel;
  void starting.then(late => late.stop());
  throw new Error(`did not start within ${patienceMs / 1000} s`);
}

function declaration(cell: number, typed: boolean): string {
  const [number, record] = typed ? [': number', ': { sum: number; items: number[] }'] : ['', ''];
  return `var value${cell}${record} = { sum: ${cell}, items: [${cell}] };\nfunction method${cell}(x${number}) { return x + value${cell}.sum; }`;
}

/** Durations, `null` where the answer was lost; the first ones warm up. */
async function repeat(times: number, action: (index: number) => Promise<number | null>): Promise<(number | null)[]> {
  const warmUp = 5;
  const durations: (number | null)[] = [];
  for (let index = 0; index < times + warmUp; index++) {
    const duration = await action(index);
    if (index >= warmUp) durations.push(duration);
  }
  return durations;
}

/** Time until the figure has arrived, which with some kernels is after the cell has ended. */
async function showFigure(kernel: RunningKernel, { showFigure: code }: Contender): Promise<number | null> {
  // 20 bytes a number.
  await runCell(kernel, 'var figure = { data: [{ y: Array.from({ length: 550000 }, (_, i) => Math.sin(i) / 3) }], layout: {} }');
  const before = kernel.client.received.length;
  const start = performance.now();
  await runCell(kernel, code);
  for (;;) {
    const figure = kernel.client.received.slice(before).find(({ type, content }) => type === 'display_data' && JSON.stringify(content).length > 9e6);
    if (figure) return figure.receivedAt - start;
    if (performance.now() > start + patienceMs) return null;
    await pause(5);
  }
}

async function printLines(contender: Contender, cwd: string): Promise<Round['lines']> {
  const kernel = await started(contender, cwd);
  try {
    await runCell(kernel, '1+1');
    const start = performance.now();
    const cell = kernel.client.submit(`for (let i = 0; i < ${lineCount}; i++) console.log('line ' + i)`);
    const ended = await Promise.race([cell.idle, pause(patienceMs)]);
    const endMs = ended ? performance.now() - start : null;
    const text = cell.iopub.filter(({ type }) => type === 'stream').map(({ content }) => content.text as string).join('');
    return { arrived: text.split('\n').length - 1, endMs };
  } finally {
    await kernel.stop();
  }
}

/**
 * Runs a cell that has to succeed; some kernels do not answer the cells that come soon after a failed one.
 *
 * @returns ms until its reply and `idle`; `null` when one of them was lost
 */
async function runCell({ client }: RunningKernel, code: string): Promise<number | null> {
  const start = performance.now();
  const cell = client.submit(code);
  const reply = await Promise.race([cell.reply, pause(replyPatienceMs)]);
  if (!reply) return null;
  if (reply.content.status !== 'ok') throw new Error(`${code.slice(0, 60)}: ${JSON.stringify(reply.content)}`);
  const idle = await Promise.race([cell.idle, pause(idlePatienceMs)]);
  return idle ? performance.now() - start : null;
}

/** @returns ms until the completions of a member came; `null` when they were lost */
async function complete({ client }: RunningKernel, code: string): Promise<number | null> {
  const start = performance.now();
  const reply = await Promise.race([client.request('shell', 'complete_request', { code, cursor_pos: code.length }).reply, pause(replyPatienceMs)]);
  return reply ? performance.now() - start : null;
}

function pause(ms: number): Promise<undefined> {
  return sleep(ms, undefined, { ref: false });
}

/** Memory of a process and its descendants in MB; pages that several share are divided among them (`Pss`). Linux alone. */
function memoryOf(pid: number): number {
  const parents = readdirSync('/proc').filter(name => /^\d+$/.test(name)).flatMap(name => {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      return [{ pid: Number(name), parent: Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) }];
    } catch {
      return [];
    }
  });
  const tree = [pid];
  for (const ancestor of tree) tree.push(...parents.filter(({ parent }) => parent === ancestor).map(child => child.pid));
  const kilobytes = tree.map(member => Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${member}/smaps_rollup`, 'utf8'))?.[1] ?? 0));
  return kilobytes.reduce((sum, part) => sum + part, 0) / 1024;
}
