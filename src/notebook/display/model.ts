import { rich, type Rich } from './rich.js';

/** What of a TensorFlow.js model is shown. */
interface ModelLike {
  readonly layers: readonly unknown[];
  summary(lineLength: number | undefined, positions: number[] | undefined, print: (line: string) => void): void;
}

/** Whether a value is a layers model, of whichever copy of TensorFlow.js. */
export function isModel(value: unknown): value is ModelLike {
  if (typeof value !== 'object' || value === null) return false;
  const { layers, summary } = value as Partial<ModelLike>;
  return Array.isArray(layers) && typeof summary === 'function';
}

/** A model's summary. */
export function describeModel(model: ModelLike): Rich {
  const lines: string[] = [];
  model.summary(undefined, undefined, line => { lines.push(line); });
  return rich({ 'text/plain': lines.join('\n') });
}
