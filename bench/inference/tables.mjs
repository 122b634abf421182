// Writes the tables of README.md from results.json: node bench/inference/tables.mjs
import { readFileSync } from 'node:fs';

import { digits, machine, table, writeTables } from '../readme-tables.mjs';

const at = name => new URL(name, import.meta.url);
const report = JSON.parse(readFileSync(at('results.json'), 'utf8'));
const { rows, profiles, left } = report;
const kernels = JSON.parse(readFileSync(at('../kernels/results.json'), 'utf8')).results;

/** Share of the arithmetic limit of bench/kernels, which is of one thread. */
function share({ contender, gops, threads }) {
  const limit = kernels[contender === 'binvit wasm' ? 'simd128' : contender.slice('binvit '.length)]?.arithmeticLimitGops;
  return gops === null || !limit ? '–' : `${(100 * gops / limit / threads).toFixed(0)} %`;
}

/** Share of the stream bandwidth of the same run that reading all weights once takes. */
function bandwidthShare({ bytes, ms, bandwidth }) {
  return bytes === null || !bandwidth ? '–' : `${(100 * bytes / ms / 1e6 / bandwidth).toFixed(1)} %`;
}

const settings = [...new Set(rows.map(({ model, batch, threads }) => `${model}, batch ${batch}, ${threads} thread${threads === 1 ? '' : 's'}`))];
const times = settings.map(setting => {
  const of = rows.filter(({ model, batch, threads }) => setting === `${model}, batch ${batch}, ${threads} thread${threads === 1 ? '' : 's'}`);
  return `**${setting}**\n\n${table(
    ['runtime', 'ms (median)', 'fastest – nine of ten', 'onnxruntime fp32 / this', 'of the arithmetic limit', 'of memory bandwidth', 'load ms', 'peak MB', 'file MB'],
    of.map(row => [
      row.contender, digits(row.ms), `${digits(row.fastest)} – ${digits(row.tenth)}`, row.timesOnnxruntime === null ? '–' : row.timesOnnxruntime.toFixed(1), share(row), bandwidthShare(row),
      row.loadMs.toFixed(0), row.peakRssMb.toFixed(0), row.bytes === null ? '–' : (row.bytes / 1e6).toFixed(2)]))}`;
});
/** What a step is, whatever its block. */
const kind = name => name.replace(/^blocks\.\d+\./, '');
const profile = Object.entries(profiles).map(([model, { engine, steps, kernels: calls }]) => {
  const sums = new Map();
  for (const { name, ms } of steps) sums.set(kind(name), (sums.get(kind(name)) ?? 0) + ms);
  const whole = [...sums.values()].reduce((a, b) => a + b, 0);
  const largest = (parts, all) => parts.slice(0, 6).map(([name, ms]) => `${name} ${(100 * ms / all).toFixed(0)} %`).join(', ');
  return [model, engine, whole.toFixed(2), largest([...sums].sort((a, b) => b[1] - a[1]), whole),
    largest(calls.map(({ name, ms }) => [name, ms]), calls.reduce((sum, { ms }) => sum + ms, 0))];
});
const text = [
  `${machine(report)}.`,
  ...(left.length === 0 ? [] : [`Left out: ${left.join('; ')}.`]), ...times,
  '**Where the time goes**, batch 1, one thread\n', table(['model', 'engine', 'ms', 'steps of all blocks', 'kernels'], profile),
].join('\n\n');
writeTables(at('README.md'), text);
