import type { VitParameter } from '../models/index.js';
import type { OptimizedParameter } from '../ops/index.js';
import type { TrainConfig } from './config.js';

/** How the optimizer treats one parameter. */
export interface ParameterGroup extends OptimizedParameter {
  readonly name: string;
}

/**
 * The trainable parameters with their decay and latent clip. Only weight matrices decay: float ones by `weightDecay`,
 * latent ones by `latentWeightDecay`; biases, norms, tokens, position embeddings, scales and shifts never do.
 */
export function parameterGroups(
  parameters: readonly VitParameter[],
  config: Pick<TrainConfig, 'weightDecay' | 'latentWeightDecay' | 'latentClip'>,
): ParameterGroup[] {
  return parameters.filter(parameter => parameter.trainable).map(({ name, variable, role }) => ({
    name,
    variable,
    decay: role === 'weight' ? config.weightDecay : role === 'latent' ? config.latentWeightDecay : 0,
    clip: role === 'latent' ? config.latentClip : null,
  }));
}
