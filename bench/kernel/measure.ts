import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { startKernel, type RunningKernel } from '../../test/notebook/jupyter/client.js';
import type { Contender } from './contenders.js';

/** What one round gives of one kernel; times in ms, `null` where it did not answer in time. */
export interface Round {
  firstResultMs: number;
  latencies: number[];
  /** Messages of 200 cells that never came: the cell looks as if it ran on. */
  lostIdles: number;
  lines: { arrived: number; endMs: number | null };
  figureMs: number | null;
  lateLatencies: number[];
  completions: number[];
  memoryMb: number;
}

const patienceMs = 20_000;
/** A reply and its `idle` are sent together; what has not come by then was dropped. */
const idlePatienceMs = 100;
const latencyCount = 200;
const lineCount = 10_000;

/** One round of one kernel: a fresh process for start and work, another one for the printed lines, which may never end. */
export async function measure(contender: Contender, cwd: string): Promise<Round> {
  const start = performance.now();
  const kernel = await startKernel(contender.argv, { cwd, firstCell: '1+1' });
  const firstResultMs = kernel.firstReplyAt - start;
  try {
    const latencies = await repeat(latencyCount, () => run(kernel, '1+1'));
    const figureMs = await showFigure(kernel, contender);
    for (let cell = 0; cell < 100; cell++) await run(kernel, declaration(cell, contender.typed));
    const lateLatencies = await repeat(30, index => run(kernel, `value${index}.sum + method${index}(1)`));
    const completions = await repeat(30, async index => {
      const code = `value${index}.`;
      const asked = performance.now();
      const reply = await Promise.race([kernel.client.request('shell', 'complete_request', { code, cursor_pos: code.length }).reply, pause(patienceMs)]);
      if (!reply) throw new Error(`no completion within ${patienceMs / 1000} s`);
      return performance.now() - asked;
    });
    for (let cell = 0; cell < 900; cell++) await run(kernel, `value${cell % 100}.sum + ${cell}`);
    const memoryMb = memoryOf(kernel.process.pid!);
    return { firstResultMs, latencies, lostIdles: latencyCount - latencies.length, figureMs, lateLatencies, completions, memoryMb, lines: await printLines(contender, cwd) };
  } finally {
    await kernel.stop();
  }
}

function declaration(cell: number, typed: boolean): string {
  const [number, record] = typed ? [': number', ': { sum: number; items: number[] }'] : ['', ''];
  return `var value${cell}${record} = { sum: ${cell}, items: [${cell}] };\nfunction method${cell}(x${number}) { return x + value${cell}.sum; }`;
}

/** Durations of the answers that came; those that were lost are missing. */
async function repeat(times: number, action: (index: number) => Promise<number | null>): Promise<number[]> {
  const warmUp = 5;
  const durations: number[] = [];
  for (let index = 0; index < times + warmUp; index++) {
    const duration = await action(index);
    if (index >= warmUp && duration !== null) durations.push(duration);
  }
  return durations;
}

/** Time until the figure has arrived, which with some kernels is after the cell has ended. */
async function showFigure(kernel: RunningKernel, { showFigure: code }: Contender): Promise<number | null> {
  // 20 bytes a number.
  await run(kernel, 'var figure = { data: [{ y: Array.from({ length: 550000 }, (_, i) => Math.sin(i) / 3) }], layout: {} }');
  const before = kernel.client.received.length;
  const start = performance.now();
  await run(kernel, code);
  for (;;) {
    const figure = kernel.client.received.slice(before).find(({ type, content }) => type === 'display_data' && JSON.stringify(content).length > 9e6);
    if (figure) return figure.receivedAt - start;
    if (performance.now() > start + patienceMs) return null;
    await pause(5);
  }
}

async function printLines(contender: Contender, cwd: string): Promise<Round['lines']> {
  const kernel = await startKernel(contender.argv, { cwd });
  try {
    await run(kernel, '1+1');
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
 * @returns ms until its reply and `idle`; `null` when `idle` was lost
 */
async function run({ client }: RunningKernel, code: string): Promise<number | null> {
  const start = performance.now();
  const cell = client.submit(code);
  const reply = await Promise.race([cell.reply, pause(patienceMs)]);
  if (!reply) throw new Error(`no reply within ${patienceMs / 1000} s to ${code.slice(0, 60)}`);
  if (reply.content.status !== 'ok') throw new Error(`${code.slice(0, 60)}: ${JSON.stringify(reply.content)}`);
  const idle = await Promise.race([cell.idle, pause(idlePatienceMs)]);
  return idle ? performance.now() - start : null;
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
