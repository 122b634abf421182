import { decodeImage, preprocessImage } from '../pictures/index.js';
import type { PackedModel } from './packed-model.js';

/** What a model says of a picture, for one class. */
export interface ClassScore {
  /** Its name, or its number where the model has no names. */
  readonly name: string;
  /** Softmax over the logits, in [0, 1]. */
  readonly probability: number;
}

/**
 * The classes of a picture, most probable first. The picture is prepared as the packed file says: resized, cut and normalised as
 * timm does it, made grey for a model of one channel.
 *
 * @param path JPEG, PNG, WebP, GIF, AVIF or TIFF file
 * @returns every class
 * @throws Error when the model does not say how pictures become its input, or the file is no such picture
 */
export async function classify(model: PackedModel, path: string): Promise<ClassScore[]> {
  const { preprocessing, classes } = model.info;
  if (preprocessing === null) {
    throw new Error('packed model: expected it to say how pictures are resized and normalised, found nothing: pack a run, or a model that was imported '
      + 'with its preprocessor_config.json or config.json');
  }
  const logits = model.run(preprocessImage(await decodeImage(path), preprocessing));
  const largest = Math.max(...logits);
  const weights = Array.from(logits, logit => Math.exp(logit - largest));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights
    .map((weight, label) => ({ name: classes?.[label] ?? String(label), probability: weight / sum }))
    .sort((a, b) => b.probability - a.probability);
}
