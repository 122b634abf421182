// Copies from results of `binvit reproduce` what the notebooks stand on: `node scripts/notebook-runs.mjs RESULTS...`.
import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const target = fileURLToPath(new URL('../data/runs/', import.meta.url));
/** Curves are drawn of all runs of this grid; weights are looked at of one seed of a few arms, because they are most of the bytes. */
const curvesOf = 'full-mnist';
const weightsOf = { seed: 1, cells: ['none/float', 'mlp/xnor-net', 'mhsa/xnor-net', 'all/binaryconnect', 'all/bwn', 'all/bnn', 'all/xnor-net'] };

for (const folder of process.argv.slice(2)) {
  const grid = JSON.parse(readFileSync(`${folder}/grid.json`, 'utf8'));
  const name = `${grid.profile}-${grid.data}`;
  rmSync(`${target}${name}`, { recursive: true, force: true });
  mkdirSync(`${target}${name}`, { recursive: true });
  for (const file of ['grid.json', 'results.jsonl']) copyFileSync(`${folder}/${file}`, `${target}${name}/${file}`);
  if (name !== curvesOf) continue;
  for (const { cell, seed, configHash } of grid.runs) {
    const files = ['config.json', 'environment.json', 'status.json', 'metrics.jsonl'];
    if (seed === weightsOf.seed && weightsOf.cells.includes(cell)) files.push('model.safetensors');
    for (const file of files) cpSync(`${folder}/runs/${configHash}/${file}`, `${target}${name}/runs/${configHash}/${file}`);
  }
}
