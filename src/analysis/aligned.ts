/** Lines of a table: text columns to the left (first two and last), numbers to the right. */
export function aligned(cells: readonly (readonly string[])[]): string[] {
  const last = cells[0]!.length - 1;
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map(row => row[column]!.length)));
  return cells.map(row => row
    .map((cell, column) => (column < 2 || column === last ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
    .join('  ')
    .trimEnd());
}
