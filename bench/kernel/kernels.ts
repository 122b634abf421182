import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findContenders } from './contenders.js';
import { measure, type Round } from './measure.js';

interface Row {
  readonly kernel: string;
  readonly firstResultMs: number;
  readonly latencyMs: number;
  readonly latencyP95Ms: number;
  /** Of the 1,260 cells and questions of a round, those whose reply or end was never told. */
  readonly lost: number;
  readonly linesArrived: number;
  /** `null`: the cell never ended. */
  readonly linesMs: number | null;
  readonly figureMs: number | null;
  readonly latencyAfter100Ms: number;
  readonly completionAfter100Ms: number;
  readonly memoryMb: number;
}

/** Rounds of all kernels, alternated; prints a table, and JSON to the file that `--json` names. */
export async function main(args: string[]): Promise<void> {
  const { values: { rounds, only, json } } = parseArgs({
    args, options: { rounds: { type: 'string', default: '5' }, only: { type: 'string' }, json: { type: 'string' } },
  });
  const loadBefore = loadavg()[0]!;
  const { contenders, missing } = findContenders(process.cwd());
  for (const reason of missing) process.stderr.write(`left out: ${reason}\n`);
  let running = contenders.filter(({ name }) => only === undefined || only.split(',').includes(name));
  // Inside the repository, where cells find the package `tslab`.
  const cwd = mkdtempSync(join(process.cwd(), 'build', 'bench-cells-'));
  const results = new Map<string, Round[]>(running.map(({ name }) => [name, []]));
  try {
    for (let round = 1; round <= Number(rounds); round++) {
      for (const contender of running) {
        try {
          results.get(contender.name)!.push(await measure(contender, cwd));
        } catch (error) {
          running = running.filter(other => other !== contender);
          results.delete(contender.name);
          process.stderr.write(`left out: ${contender.name}: ${error instanceof Error ? error.message : String(error)}\n`);
        }
      }
      process.stderr.write(`round ${round} of ${rounds}\n`);
    }
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
  const rows = running.map(({ name, version }) => summarize(`${name} ${version}`, results.get(name)!));
  console.table(rows);
  const record = { command: `node bench/kernel/run.mjs --rounds ${rounds}`, cpu: cpus()[0]?.model, cores: cpus().length, node: process.version, loadAverage: [loadBefore, loadavg()[0]!], rows };
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(record, null, 1)}\n`);
}

function summarize(kernel: string, rounds: readonly Round[]): Row {
  const of = (pick: (round: Round) => number): number => round1(quantile(rounds.map(pick), 0.5));
  const ofAny = (pick: (round: Round) => number | null): number | null => {
    const values = rounds.map(pick).filter(value => value !== null);
    return values.length < rounds.length ? null : round1(quantile(values, 0.5));
  };
  const all = (pick: (round: Round) => number[], share: number): number => round1(quantile(rounds.flatMap(pick), share));
  return {
    kernel, firstResultMs: of(round => round.firstResultMs),
    latencyMs: all(round => round.latencies, 0.5), latencyP95Ms: all(round => round.latencies, 0.95),
    lost: Math.max(...rounds.map(round => round.lost)),
    linesArrived: Math.min(...rounds.map(round => round.lines.arrived)), linesMs: ofAny(round => round.lines.endMs),
    figureMs: ofAny(round => round.figureMs), latencyAfter100Ms: all(round => round.lateLatencies, 0.5),
    completionAfter100Ms: all(round => round.completions, 0.5), memoryMb: of(round => round.memoryMb),
  };
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
}

function round1(value: number): number {
  return Math.round(value * 10) / 10;
}
