import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readGrid } from '../../src/experiments/index.js';
import { cellTags, readNotebook, type CodeCell, type Output } from '../../src/notebook/runner/index.js';
import { readRun } from '../../src/training/index.js';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const names = readdirSync(`${repository}notebooks`).filter(name => name.endsWith('.ipynb')).sort();

/** Largest file of a notebook that a code host still shows, and largest folder of committed runs. */
const mostNotebookBytes = 1.5e6;
const mostRunBytes = 6e6;

const bundle = (output: Output): Readonly<Record<string, unknown>> => ('data' in output ? output.data : {});

describe.each(names)('%s', name => {
  const path = `${repository}notebooks/${name}`;
  const { cells } = readNotebook(path);
  const code = cells.filter((cell): cell is CodeCell => cell.cell_type === 'code');
  const prose = cells.filter(cell => cell.cell_type === 'markdown').map(cell => cell.source);

  it('begins with a question', () => {
    expect(cells[0]!.cell_type).toBe('markdown');
    expect(cells[0]!.source).toMatch(/^# .*\?$/m);
  });

  it('has links to files that are there, its neighbours among them', () => {
    const targets = prose.flatMap(text => [...text.matchAll(/\]\(([^)#]+)\)/g)].map(match => match[1]!)).filter(target => !/^https?:/.test(target));
    expect(targets.filter(target => !existsSync(resolve(dirname(path), target)))).toEqual([]);
    const at = names.indexOf(name);
    expect(targets).toEqual(expect.arrayContaining([names[at - 1], names[at + 1]].filter(neighbour => neighbour !== undefined)));
  });

  it('has one cell of parameters', () => {
    expect(code.filter(cell => cellTags(cell).includes('parameters'))).toHaveLength(1);
  });

  it('was committed with outputs, without an error, with a picture beside every figure', () => {
    const outputs = code.flatMap(cell => cell.outputs);
    expect(outputs.length).toBeGreaterThan(3);
    expect(outputs.filter(output => output.output_type === 'error')).toEqual([]);
    const figures = outputs.map(bundle).filter(data => 'application/vnd.plotly.v1+json' in data);
    expect(figures.length).toBeGreaterThan(0);
    for (const figure of figures) expect(figure).toHaveProperty(['image/svg+xml'], expect.stringMatching(/^<svg/));
  });

  it('names no path of a machine in its outputs and is small enough to be shown', () => {
    expect(JSON.stringify(code.map(cell => cell.outputs))).not.toMatch(/file:\/\/|node_modules\/|\/dist\//);
    expect(statSync(path).size).toBeLessThan(mostNotebookBytes);
  });
});

it('every notebook but the first ends with what was seen, what is not shown and what to try', () => {
  for (const name of names.slice(1)) {
    const text = readNotebook(`${repository}notebooks/${name}`).cells.map(cell => cell.source).join('\n');
    expect(text).toMatch(/## What was seen[^]*## What it does not show[^]*## Two things to try/);
  }
});

describe('the committed runs', () => {
  const folder = `${repository}data/runs/`;
  const grids = readdirSync(folder, { withFileTypes: true }).filter(entry => entry.isDirectory()).map(entry => entry.name);

  it('are whole grids without a missing or failed run', () => {
    expect(grids).toContain('full-mnist');
    for (const name of grids) {
      const { rows, missing, damaged } = readGrid(`${folder}${name}`);
      expect({ name, missing, damaged, failed: rows.filter(row => row.status !== 'done') }).toEqual({ name, missing: [], damaged: [], failed: [] });
    }
  });

  it('lie under the hash of their configuration', () => {
    for (const { dir, configHash } of readGrid(`${folder}full-mnist`).rows) expect(readRun(`${folder}full-mnist/${dir}`).configHash).toBe(configHash);
  });

  it('take little room', () => {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile());
    expect(files.reduce((sum, file) => sum + readFileSync(resolve(file.parentPath, file.name)).length, 0)).toBeLessThan(mostRunBytes);
  });
});
