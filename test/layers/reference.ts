/** Plain loops that the layers are compared with. */
export type Matrix = readonly (readonly number[])[];

export function sign(x: number): number {
  return x >= 0 ? 1 : -1;
}

export function product(a: Matrix, b: Matrix): number[][] {
  return a.map(row => b[0]!.map((_, j) => row.reduce((sum, x, i) => sum + x * b[i]![j]!, 0)));
}

export function transposed(a: Matrix): number[][] {
  return a[0]!.map((_, j) => a.map(row => row[j]!));
}

export function softmaxRow(row: readonly number[]): number[] {
  const largest = Math.max(...row);
  const powers = row.map(x => Math.exp(x - largest));
  const sum = powers.reduce((total, x) => total + x, 0);
  return powers.map(x => x / sum);
}
