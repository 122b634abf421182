// Writes the tables of README.md from results.json: node bench/kernels/tables.mjs
import { readFileSync, writeFileSync } from 'node:fs';

const at = name => new URL(name, import.meta.url);
const { processor, node, loadAverage, rounds, tokens, results } = JSON.parse(readFileSync(at('results.json'), 'utf8'));
const names = { avx512: 'AVX-512', avx2: 'AVX2', neon: 'NEON', scalar: 'plain C++', simd128: 'WASM' };
const table = (head, lines) => [head, head.map(() => '---'), ...lines].map(cells => `| ${cells.join(' | ')} |`).join('\n');
const digits = value => value >= 100 ? value.toFixed(0) : value.toPrecision(3);
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
  `${processor}, 2 cores, Node ${node}; ${rounds} rounds, load average ${loadAverage.map(load => load.toFixed(1)).join(' before and ')} after.`,
  ...products, `What stands between the products of the dense layers, at ${tokens} tokens:`,
  table(['µs', ...engines.map(([isa]) => names[isa])], calls.map(call => [call.replace('->', '→'), ...engines.map(([, { microseconds }]) => digits(microseconds[call]))])),
].join('\n\n');
const readme = readFileSync(at('README.md'), 'utf8');
const [before, after] = [readme.indexOf('<!-- tables -->'), readme.indexOf('<!-- end -->')];
if (before === -1 || after < before) throw new Error('README.md: expected the marks <!-- tables --> and <!-- end -->, found none');
writeFileSync(at('README.md'), `${readme.slice(0, before)}<!-- tables -->\n${text}\n${readme.slice(after)}`);
