import { readdirSync, readFileSync } from 'node:fs';
import { executed, startKernel, type Exchange, type Executed, type RunningKernel } from '../../test/notebook/jupyter/client.js';
import type { Contender } from './contenders.js';

/** What one round gives of one kernel; times in ms, `null` where it did not answer in time. */
export interface Round {
  firstResultMs: number;
  latencies: number[];
  lines: { arrived: number; endMs: number | null };
  figureMs: number | null;
  lateLatencies: number[];
  completions: number[];
  memoryMb: number;
}

const patienceMs = 20_000;
const lineCount = 10_000;

/** One round of one kernel: a fresh process for start and work, another one for the printed lines, which may never end. */
export async function measure(contender: Contender, cwd: string): Promise<Round> {
  const start = performance.now();
  const kernel = await startKernel(contender.argv, { cwd, firstCell: '1+1' });
  const firstResultMs = kernel.firstReplyAt - start;
  try {
    const latencies = await repeat(200, 20, () => run(kernel, '1+1'));
    const figureMs = await showFigure(kernel, contender);
    for (let cell = 0; cell < 100; cell++) await run(kernel, declaration(cell, contender.typed));
    const lateLatencies = await repeat(30, 2, index => run(kernel, `value${index}.sum + method${index}(1)`));
    const completions = await repeat(30, 2, index => {
      const code = `value${index}.`;
      return kernel.client.ask('shell', 'complete_request', { code, cursor_pos: code.length });
    });
    for (let cell = 0; cell < 900; cell++) await run(kernel, `value${cell % 100}.sum + ${cell}`);
    const memoryMb = memoryOf(kernel.process.pid!);
    return { firstResultMs, latencies, figureMs, lateLatencies, completions, memoryMb, lines: await printLines(contender, cwd) };
  } finally {
    await kernel.stop();
  }
}

function declaration(cell: number, typed: boolean): string {
  const [number, record] = typed ? [': number', ': { sum: number; items: number[] }'] : ['', ''];
  return `var value${cell}${record} = { sum: ${cell}, items: [${cell}] };\nfunction method${cell}(x${number}) { return x + value${cell}.sum; }`;
}

async function repeat(times: number, warmUp: number, action: (index: number) => Promise<unknown>): Promise<number[]> {
  const durations: number[] = [];
  for (let index = 0; index < times + warmUp; index++) {
    const start = performance.now();
    await action(index);
    if (index >= warmUp) durations.push(performance.now() - start);
  }
  return durations;
}

async function showFigure(kernel: RunningKernel, { showFigure: code }: Contender): Promise<number | null> {
  // 18 digits a number.
  await run(kernel, 'var figure = { data: [{ y: Array.from({ length: 550000 }, (_, i) => Math.sin(i) / 3) }], layout: {} }');
  const start = performance.now();
  const cell = await withPatience(kernel.client.submit(code));
  const arrived = cell?.outputs.find(({ content }) => JSON.stringify(content).length > 9e6);
  return arrived ? performance.now() - start : null;
}

async function printLines(contender: Contender, cwd: string): Promise<Round['lines']> {
  const kernel = await startKernel(contender.argv, { cwd });
  const { client } = kernel;
  try {
    await run(kernel, '1+1');
    const start = performance.now();
    const cell = client.submit(`for (let i = 0; i < ${lineCount}; i++) console.log('line ' + i)`);
    const ended = await withPatience(cell);
    const endMs = ended && performance.now() - start;
    const text = cell.iopub.filter(({ type }) => type === 'stream').map(({ content }) => content.text as string).join('');
    return { arrived: text.split('\n').length - 1, endMs };
  } finally {
    await kernel.stop();
  }
}

/** A cell that has to succeed: some kernels do not answer the cells that come soon after a failed one. */
async function run({ client }: RunningKernel, code: string): Promise<void> {
  const cell = await withPatience(client.submit(code));
  if (!cell) throw new Error(`no answer within ${patienceMs / 1000} s to ${code.slice(0, 60)}`);
  if (cell.reply.content.status !== 'ok') throw new Error(`${code.slice(0, 60)}: ${JSON.stringify(cell.reply.content)}`);
}

async function withPatience(cell: Exchange): Promise<Executed | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>(resolve => { timer = setTimeout(() => { resolve(null); }, patienceMs); });
  try {
    return await Promise.race([executed(cell), late]);
  } finally {
    clearTimeout(timer);
  }
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
