import * as tf from '@tensorflow/tfjs';
import { Random } from '../../src/backend/index.js';
import { methodNames, methods, presetPlan, type BinarizationPlan, type InputBinarizerSpec, type PlanRule } from '../../src/binarize/index.js';
import { buildVit, tokenCount, vitParameters, type VitConfig } from '../../src/models/index.js';

/** A model whose every parameter is away from where it starts, so that none can be left out unseen. */
export function build(config: VitConfig, plan: BinarizationPlan): tf.LayersModel {
  const model = buildVit(config, plan, Random.seeded(1));
  const random = Random.seeded(4);
  for (const { variable, role } of vitParameters(model)) {
    tf.tidy(() => {
      const nudge = tf.tensor(Float32Array.from({ length: variable.size }, () => 0.1 * random.normal()), variable.shape);
      variable.assign(role === 'scale' ? tf.add(0.5, tf.abs(nudge)) : tf.add(variable, nudge));
    });
  }
  return model;
}

export function images(config: VitConfig, count = 5): tf.Tensor4D {
  const random = Random.seeded(8);
  const shape: [number, number, number, number] = [count, config.imgSize, config.imgSize, config.inChans];
  return tf.tensor4d(Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => random.normal()), shape);
}

/** Every named method, where a preset puts it, with and without binary attention products where it has them. */
const presets: BinarizationPlan[] = methodNames.flatMap(method => (['mlp', 'mhsa', 'all'] as const).flatMap(where => [
  presetPlan(where, method), ...(where === 'mlp' || methods[method].attention === null ? [] : [presetPlan(where, method, { attentionProducts: true })]),
]));
/** A preset with other binarizers of weights or inputs. */
function altered(base: BinarizationPlan, name: string, change: (rule: PlanRule) => Partial<PlanRule>): BinarizationPlan {
  return { ...base, name, rules: base.rules.map(rule => ({ ...rule, ...change(rule) })) };
}
const [signed, stepped] = [methods['xnor-net-k'].input!, methods.dorefa.input!];
const { weight: twn } = methods.twn;
const grouped = { ...methods.bwn.weight, scale: { name: 'mean-abs', per: { groupSize: 12 }, of: 'signed', gradient: 'exact' } } as const;
/** What no named method is, and a plan can say. */
const others = (tokens: number): BinarizationPlan[] => [
  altered(presetPlan('all', 'twn'), 'ternary weights, inputs of −1 and 1 with K', () => ({ input: signed })),
  altered(presetPlan('all', 'twn'), 'ternary weights, inputs of 0 and 1', () => ({ input: stepped })),
  altered(presetPlan('all', 'bit'), 'float weights, binary inputs', () => ({ weight: null })),
  altered(presetPlan('all', 'dorefa'), 'float weights, inputs of 0 and 1', () => ({ weight: null })),
  altered(presetPlan('all', 'bwn'), 'factors for groups of inputs', () => ({ weight: grouped })),
  altered(presetPlan('all', 'twn'), 'ternary weights with factors for groups', () => ({ weight: { ...grouped, threshold: twn.threshold } })),
  altered(presetPlan('all', 'react'), 'factors for groups, shifted binary inputs', rule => rule.weight === null ? {} : { weight: grouped }),
  altered(presetPlan('mhsa', 'xnor-net', { attentionProducts: true }), 'learned factors of the tokens of Q, K and V', ({ sites, input, values }) => {
    const learned = { ...signed, scale: { name: 'learned', tokens } } as const;
    return { input: sites.includes('scores') ? learned : input, values: values && learned };
  }),
  altered(presetPlan('all', 'dorefa'), 'a shift in front of levels 0 and 1', rule => ({ input: { ...stepped, threshold: { name: 'learned' } }, weight: rule.weight })),
  altered(presetPlan('all', 'xnor-net'), 'one learned factor for all tokens', () => ({ input: { ...signed, scale: { name: 'learned', tokens: 1 } } })),
  { ...presetPlan('all', 'xnor-net'), name: 'binary patch embedding and head', rules: presetPlan('all', 'xnor-net-k').rules.map(rule => ({ ...rule, sites: [...rule.sites, 'patchEmbed', 'head'] })) },
];
/** Operands of attention's products that no named method has. */
const operandsOf = (tokens: number): Record<string, InputBinarizerSpec | null> => ({
  float: null,
  signs: methods.bnn.input,
  'signs with a shift and K': { ...signed, threshold: { name: 'learned' } },
  'levels 0 and 1': stepped,
  'levels 0 and 1 with a shift': { ...stepped, threshold: { name: 'learned' } },
  'levels 0 and 1 above a share of the row': methods['xnor-net'].attention!.probabilities,
  'levels 0 and 1 with an elastic factor': methods.bit.attention!.probabilities,
  'signs with learned factors of tokens': { ...signed, scale: { name: 'learned', tokens } },
});
/** Attention's products with each of these operands, all pairs of Q and K with P, and with every one of them some V. */
function products(tokens: number): BinarizationPlan[] {
  const operands = operandsOf(tokens);
  const names = Object.keys(operands);
  return names.flatMap((scores, i) => names.map((probabilities, j): BinarizationPlan => {
    const values = names[(i + j) % names.length]!;
    return { name: `Q and K ${scores}, P ${probabilities}, V ${values}`, activation: 'gelu', rules: [
      { sites: ['scores'], blocks: 'all', method: 'custom', weight: null, input: operands[scores]!, values: null },
      { sites: ['probabilities'], blocks: 'all', method: 'custom', weight: null, input: operands[probabilities]!, values: operands[values]! },
    ] };
  }));
}

/** All of these for a model: presets, and plans of one's own. */
export function plansFor(config: VitConfig): BinarizationPlan[] {
  const tokens = tokenCount(config);
  return [...presets, ...others(tokens), ...products(tokens)];
}
