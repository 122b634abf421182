import type { VitParameter } from '../layers/index.js';
import type { VitConfig } from './config.js';

/** What the orientation of a patch projection depends on. */
type PatchShape = Pick<VitConfig, 'patchSize' | 'inChans'>;

const patchWeight = 'patch_embed.proj.weight';

/** Whether timm has the parameter; the others belong to a plan's binarizers. */
export function isTimmParameter({ role }: VitParameter): boolean {
  return role !== 'scale' && role !== 'shift';
}

/** Values of timm's tensor of a parameter (see `timmShapes`), turned to the parameter's own shape. */
export function fromTimm(values: Float32Array, parameter: VitParameter, patch: PatchShape): Float32Array {
  if (!isMatrix(parameter)) return values;
  const [inputs, outputs] = parameter.variable.shape as [number, number];
  const turned = new Float32Array(values.length);
  timmInputs(parameter, patch).forEach((place, input) => {
    for (let output = 0; output < outputs; output++) turned[input * outputs + output] = values[output * inputs + place]!;
  });
  return turned;
}

/** Values of a parameter in timm's shape: the inverse of {@link fromTimm}. */
export function toTimm(values: Float32Array, parameter: VitParameter, patch: PatchShape): Float32Array {
  if (!isMatrix(parameter)) return values;
  const [inputs, outputs] = parameter.variable.shape as [number, number];
  const turned = new Float32Array(values.length);
  timmInputs(parameter, patch).forEach((place, input) => {
    for (let output = 0; output < outputs; output++) turned[output * inputs + place] = values[input * outputs + output]!;
  });
  return turned;
}

/** Where each input of a matrix stands among timm's: a patch is flattened by row, column and channel here, by channel first there. */
function timmInputs({ name, variable }: VitParameter, { patchSize, inChans }: PatchShape): Uint32Array {
  const pixels = patchSize ** 2;
  return Uint32Array.from({ length: variable.shape[0] }, (_, input) =>
    (name === patchWeight ? (input % inChans) * pixels + Math.floor(input / inChans) : input));
}

function isMatrix({ role }: VitParameter): boolean {
  return role === 'weight' || role === 'latent';
}
