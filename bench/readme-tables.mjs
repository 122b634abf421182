// Tables of a README that are made from results.
import { readFileSync, writeFileSync } from 'node:fs';

/** A number to three digits. */
export const digits = value => value >= 100 ? value.toFixed(0) : value.toPrecision(3);

/** A table in Markdown. */
export const table = (head, lines) => [head, head.map(() => '---'), ...lines].map(cells => `| ${cells.join(' | ')} |`).join('\n');

/** Processor and load, as a sentence's beginning. */
export const machine = ({ processor, node, loadAverage }) =>
  `${processor}, 2 cores, Node ${node}; load average ${loadAverage.map(load => load.toFixed(1)).join(' before and ')} after`;

/** Puts a text between the marks of a README. */
export function writeTables(readme, text) {
  const old = readFileSync(readme, 'utf8');
  const [before, after] = [old.indexOf('<!-- tables -->'), old.indexOf('<!-- end -->')];
  if (before === -1 || after < before) throw new Error(`${readme}: expected the marks <!-- tables --> and <!-- end -->, found none`);
  writeFileSync(readme, `${old.slice(0, before)}<!-- tables -->\n${text}\n${old.slice(after)}`);
}
