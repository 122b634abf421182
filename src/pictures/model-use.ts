import * as z from 'zod';
import type { ImagePreprocessing } from './preprocess-image.js';

/** What one must know beside its weights to use a model on pictures. */
export interface ModelUse {
  /** How a picture becomes the model's input; null where that is not known. */
  readonly preprocessing: ImagePreprocessing | null;
  /** Names of the classes, in the order of the logits; null where they are not known. */
  readonly classes: readonly string[] | null;
}

/** The largest side: what the decoder takes in pixels, in a single row. */
const side = z.int().positive().max(100_000);
const size = z.object({ height: side, width: side });
const modelUse: z.ZodType<ModelUse> = z.object({
  preprocessing: z.object({
    resize: z.union([side, size]), interpolation: z.enum(['bilinear', 'bicubic']), crop: size,
    normalization: z.object({ mean: z.array(z.number()).min(1), std: z.array(z.number().positive()).min(1) }),
  }).nullable(),
  classes: z.array(z.string()).nullable(),
});

/** @throws TypeError that names the first field that is wrong */
export function parseModelUse(value: unknown): ModelUse {
  const result = modelUse.safeParse(value);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0]!;
  throw new TypeError(`use.${path.join('.')}: ${message}`);
}
