// Writes the tables of README.md from results.json: node bench/kernels/tables.mjs
import { readFileSync } from 'node:fs';

import { digits, machine, table, writeTables } from '../readme-tables.mjs';

const at = name => new URL(name, import.meta.url);
const report = JSON.parse(readFileSync(at('results.json'), 'utf8'));
const { rounds, tokens, results } = report;
const names = { avx512: 'AVX-512', avx2: 'AVX2', neon: 'NEON', scalar: 'plain C++', simd128: 'WASM' };
const percent = share => share === null ? '–' : `${(100 * share).toFixed(0)} %`;
const engines = Object.entries(results);

const products = engines.map(([isa, { arithmeticLimitGops, products: rows }]) => {
  const limit = arithmeticLimitGops === null ? 'not measured' : `${arithmeticLimitGops.toFixed(0)} GOPS`;
  return `**${names[isa]}**, arithmetic limit ${limit}\n\n${table(
    ['product', 'µs', 'GOPS', 'of the arithmetic limit', 'of memory bandwidth', 'two threads'],
    rows.map(({ inputs, outputs, microseconds, gops, shareOfLimit, shareOfBandwidth, speedupOfTwoThreads }) => [
      `[${tokens} × ${inputs}] · [${inputs} × ${outputs}]`, digits(microseconds), gops.toFixed(0), percent(shareOfLimit), percent(shareOfBandwidth),
      speedupOfTwoThreads === undefined ? '–' : `× ${speedupOfTwoThreads.toFixed(2)}`]))}`;
});
const calls = Object.keys(engines[0][1].microseconds);
const text = [
  `${machine(report)}; ${rounds} rounds.`,
  ...products, `What stands between the products of the dense layers, at ${tokens} tokens:`,
  table(['µs', ...engines.map(([isa]) => names[isa])], calls.map(call => [call.replace('->', '→'), ...engines.map(([, { microseconds }]) => digits(microseconds[call]))])),
].join('\n\n');
writeTables(at('README.md'), text);
