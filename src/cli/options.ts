import { InvalidArgumentError, Option } from 'commander';

/** An option value that must be a whole number of at least `least`. */
export function wholeNumber(least: number): (text: string) => number {
  return text => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isSafeInteger(value) || value < least) {
      throw new InvalidArgumentError(`expected a whole number of at least ${least}.`);
    }
    return value;
  };
}

/** An option value that must be a number above zero. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < Infinity)) throw new InvalidArgumentError('expected a number above 0.');
  return value;
}

export const backendOption = (): Option =>
  new Option('--backend <name>', 'what executes tfjs; chosen automatically when left out').choices(['native', 'node', 'wasm', 'cpu']);

export const dataDirOption = (): Option =>
  new Option('--data-dir <folder>', 'folder with the IDX files of the data set, plain or gzipped');

export const jsonOption = (): Option => new Option('--json', 'print JSON in place of a table');
