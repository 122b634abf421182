import type { Random } from '../backend/index.js';
import { viewOf, type ImageSet, type ImageView } from './image-set.js';

/**
 * Sets a random part of the training images aside for validation. Both views are in the set's order, share its pixels and
 * have no image in common.
 *
 * @param validationCount number of images for validation, from 1 to `train.count - 1`
 * @throws RangeError when it is anything else
 */
export function splitTrainValidation(
  train: ImageSet, validationCount: number, random: Random,
): { train: ImageView; validation: ImageView } {
  if (!Number.isInteger(validationCount) || validationCount < 1 || validationCount >= train.count) {
    throw new RangeError(`data.validation: expected an integer from 1 to ${train.count - 1} (images of ${train.name} less one), found ${validationCount}`);
  }
  const order = random.permutation(train.count);
  return {
    train: viewOf(train, order.slice(validationCount).sort()),
    validation: viewOf(train, order.slice(0, validationCount).sort()),
  };
}
