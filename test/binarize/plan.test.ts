import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  binarizersAt, canonicalJson, formatPlan, methodNames, methods, parseInputBinarizer, parseMethodName, parsePlan, parseWeightBinarizer, planHash,
  planTable, planWarnings, presetPlan, sites, SpecError, wheres, type BinarizationPlan, type PlanRule,
} from '../../src/binarize/index.js';

const { weight, input } = methods['xnor-net'];
const rule = (changes: Partial<Record<keyof PlanRule, unknown>>): unknown =>
  ({ name: 'test', activation: 'gelu', rules: [{ sites: ['fc1'], blocks: 'all', method: 'xnor-net', weight, input, values: null, ...changes }] });

/** The same JSON with every object's keys in reverse order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).reverse().map(([key, member]) => [key, reversed(member)]));
}

describe('a named method', () => {
  it.each(methodNames)('has its own name, a source, bits that fit its binarizers, and survives JSON: %s', name => {
    const method = methods[name];
    expect(method.name).toBe(name);
    expect(method.source).toMatch(/arXiv \d{4}\.\d{5}|arXiv \d{4}\.\d{4}/);
    expect(method.inputBits).toBe(method.input === null ? 32 : 1);
    expect(method.weightBits).toBe(method.weight.threshold.name === 'dead-zone' ? 1.58 : 1);
    expect(method.scaled).toBe(method.weight.scale.name !== 'none');
    expect(method.attention === null).toBe(method.input === null);
    expect(parseWeightBinarizer(JSON.parse(JSON.stringify(method.weight)))).toEqual(method.weight);
  });

  it('that is unknown is refused with the list of those that are known', () => {
    expect(() => parseMethodName('xnornet')).toThrow("method: expected one of 'binaryconnect', 'binaryconnect-stochastic', 'bnn', 'bwn', 'xnor-net'");
  });

  it('of the paper\'s grid differs from its neighbours in one choice only', () => {
    expect(methods.bnn.weight).toEqual(methods.binaryconnect.weight);
    expect(methods['xnor-net'].weight).toEqual(methods.bwn.weight);
    expect(methods['xnor-net'].input).toEqual(methods.bnn.input);
    expect({ ...methods.bwn.weight, scale: { name: 'none' } }).toEqual(methods.binaryconnect.weight);
    for (const name of ['binaryconnect', 'bwn', 'bnn', 'xnor-net'] as const) expect(methods[name].latentClip).toBe(1);
  });
});

describe('a spec', () => {
  it.each<[unknown, string]>([
    [{ ...weight, estimator: { name: 'ste' } }, "weight.estimator.name: expected one of 'identity', 'clipped', 'approx-sign', 'swish-sign', 'ede', 'recu', found 'ste'"],
    [{ ...weight, scale: { name: 'mean-abs', per: 'row', of: 'signed', gradient: 'exact' } }, `weight.scale.per: expected 'tensor', 'channel' or {"groupSize": n}, found 'row'`],
    [{ ...weight, scale: { name: 'none', per: 'channel' } }, "weight.scale.per: expected one of the keys 'name', found an unknown key"],
    [{ ...weight, estimator: { name: 'swish-sign' } }, 'weight.estimator.beta: expected a value, found nothing'],
    [{ ...weight, estimator: { name: 'swish-sign', beta: 0 } }, 'weight.estimator.beta: expected a positive number, found 0'],
    [{ ...weight, estimator: 'clipped' }, "weight.estimator: expected an object, found 'clipped'"],
    [{ ...weight, estimator: { name: 'recu', tau: 0.3 } }, 'weight.estimator.tau: expected a number above 0.5 and below 1, found 0.3'],
    [null, 'weight: expected an object, found null'],
  ])('that is wrong is refused with path, found and allowed: %j', (value, message) => {
    expect(() => parseWeightBinarizer(value)).toThrow(message);
  });

  it('for inputs refuses combinations without meaning', () => {
    expect(() => parseInputBinarizer({ ...input, estimator: { name: 'recu', tau: 0.92 } })).toThrow("'recu' is for weights");
    expect(() => parseInputBinarizer({ ...input, threshold: { name: 'row-max', fraction: 0.25 } })).toThrow('for unsigned levels');
  });

  it('survives JSON with every option there is', () => {
    const specs = [
      ...([{ name: 'swish-sign', beta: 5 }, { name: 'ede', tMin: 0.1, tMax: 10 }, { name: 'recu', tau: 0.92 }] as const)
        .map(estimator => ({ ...weight, estimator })),
      ...([{ name: 'none' }, { name: 'learned', per: 'tensor' }, { name: 'power-of-two' },
        { name: 'mean-abs', per: { groupSize: 16 }, of: 'latent', gradient: 'paper' }] as const).map(scale => ({ ...weight, scale })),
      ...([{ name: 'mean', per: 'tensor', gradient: 'detached' }, { name: 'standardize', gain: 1, epsilon: 1e-12 }, { name: 'stochastic' },
        { name: 'dead-zone', factor: 0.7, per: 'channel' }] as const).map(threshold => ({ ...weight, threshold })),
    ];
    for (const spec of specs) expect(parseWeightBinarizer(JSON.parse(JSON.stringify(spec)))).toEqual(spec);
    const elastic = { ...input, scale: { name: 'elastic', initial: 0.005, gradientScale: 'none' } };
    expect(parseInputBinarizer(JSON.parse(JSON.stringify(elastic)))).toEqual(elastic);
  });
});

describe('a preset plan', () => {
  it('"mlp" at depth 4 has exactly 8 binary layers, named', () => {
    const binary = planTable(presetPlan('mlp', 'xnor-net'), 4).filter(row => row.method !== 'float');
    expect(binary.map(row => row.layer)).toEqual([0, 1, 2, 3].flatMap(block => [`blocks.${block}.mlp.fc1`, `blocks.${block}.mlp.fc2`]));
    for (const row of binary) expect(row).toMatchObject({ weightBits: 1, inputBits: 1, method: 'xnor-net', reason: null });
  });

  it.each(wheres.flatMap(where => methodNames.map(method => [where, method] as const)))('is valid and survives JSON: %s/%s', (where, method) => {
    const plan = presetPlan(where, method);
    expect(parsePlan(JSON.parse(JSON.stringify(plan)), 4)).toEqual(plan);
    expect(planWarnings(plan)).toEqual([]);
    if (where === 'mhsa' || where === 'all') {
      if (methods[method].input === null) {
        expect(() => presetPlan(where, method, { attentionProducts: true })).toThrow(`'${method}', which keeps them float`);
      } else {
        const withProducts = presetPlan(where, method, { attentionProducts: true });
        expect(parsePlan(JSON.parse(JSON.stringify(withProducts)))).toEqual(withProducts);
        expect(planWarnings(withProducts)).toEqual([]);
      }
    }
  });

  it('binarizes the sites of its component and no other', () => {
    const binarySites = (plan: BinarizationPlan) => sites.filter(site => {
      const at = binarizersAt(plan, site, site === 'head' || site === 'patchEmbed' ? null : 0);
      return at.weight !== null || at.input !== null || at.values !== null;
    });
    expect(binarySites(presetPlan('none', 'bnn'))).toEqual([]);
    expect(binarySites(presetPlan('mlp', 'bnn'))).toEqual(['fc1', 'fc2']);
    expect(binarySites(presetPlan('mhsa', 'bwn'))).toEqual(['q', 'k', 'v', 'proj']);
    expect(binarySites(presetPlan('all', 'bnn'))).toEqual(['q', 'k', 'v', 'proj', 'fc1', 'fc2']);
    expect(binarySites(presetPlan('mhsa', 'bnn', { attentionProducts: true }))).toEqual(['q', 'k', 'v', 'scores', 'probabilities', 'proj']);
  });

  it('binarizes all operands of attention\'s products, with levels 0 and 1 for the probabilities', () => {
    const plan = presetPlan('all', 'binaryvit', { attentionProducts: true });
    const { operands, probabilities } = methods.binaryvit.attention!;
    expect(binarizersAt(plan, 'scores', 2)).toEqual({ weight: null, input: operands, values: null });
    expect(binarizersAt(plan, 'probabilities', 2)).toEqual({ weight: null, input: probabilities, values: operands });
    expect(() => presetPlan('mlp', 'bnn', { attentionProducts: true })).toThrow("attentionProducts: expected where 'mhsa' or 'all', found 'mlp'");
  });

  it('has the method\'s activation where it binarizes the MLP', () => {
    expect(presetPlan('mlp', 'react').activation).toBe('rprelu');
    expect(presetPlan('mhsa', 'react').activation).toBe('gelu');
  });
});

describe('a plan', () => {
  it.each<[unknown, string]>([
    [{ name: 'x', activation: 'gelu', rules: [], depth: 4 }, "plan.depth: expected one of the keys 'name', 'activation', 'rules', found an unknown key"],
    [{ name: 'x', activation: 'relu', rules: [] }, "plan.activation: expected one of 'gelu', 'rprelu', found 'relu'"],
    [rule({ sites: ['fc1', 'fc3'] }), "plan.rules[0].sites[1]: expected one of 'patchEmbed', 'q', 'k', 'v', 'scores', 'probabilities', 'proj', 'fc1', 'fc2', 'head', found 'fc3'"],
    [rule({ sites: [] }), 'plan.rules[0].sites: expected at least one site, found []'],
    [rule({ method: 'xnor' }), "plan.rules[0].method: expected one of 'binaryconnect'"],
    [rule({ blocks: [0, 4] }), 'plan.rules[0].blocks[1]: expected a block number from 0 to 3, found 4'],
    [rule({ blocks: [-1] }), 'plan.rules[0].blocks[0]: expected an integer from 0, found -1'],
    [rule({ blocks: { from: 2, to: 1 } }), 'plan.rules[0].blocks.to: expected a block number from 2, found 1'],
    [rule({ blocks: 'first' }), "plan.rules[0].blocks: expected 'all', a list of block numbers"],
    [rule({ blocks: [] }), "plan.rules[0].blocks: expected 'all', a list that is not empty"],
    [rule({ sites: ['head'], blocks: [0] }), "plan.rules[0].blocks: expected 'all' for site 'head', which is in no block, found [0]"],
    [rule({ sites: ['scores'] }), "plan.rules[0].weight: expected null for site 'scores', which has no weight, found a weight binarizer"],
    [rule({ values: input }), "plan.rules[0].values: expected null for site 'fc1' (only 'probabilities' has values), found an input binarizer"],
    [rule({ input: { ...input, levels: 'three' } }), "plan.rules[0].input.levels: expected one of 'signed', 'unsigned', found 'three'"],
  ])('that is wrong is refused with path, found and allowed: %#', (value, message) => {
    expect(() => parsePlan(value, 4)).toThrow(message);
    expect(() => parsePlan(value, 4)).toThrow(SpecError);
  });

  it('selects blocks by list and by range, and a later rule holds over an earlier one', () => {
    const plan = parsePlan({
      name: 'mixed',
      activation: 'gelu',
      rules: [
        { sites: ['fc1', 'fc2'], blocks: 'all', method: 'bwn', weight, input: null, values: null },
        { sites: ['fc1'], blocks: { from: 1, to: 2 }, method: 'xnor-net', weight, input, values: null },
        { sites: ['fc2'], blocks: [3], method: 'custom', weight: null, input: null, values: null },
      ],
    }, 4);
    const rows = planTable(plan, 4).filter(row => row.site === 'fc1' || row.site === 'fc2');
    expect(rows.filter(row => row.site === 'fc1').map(row => row.method)).toEqual(['bwn', 'xnor-net', 'xnor-net', 'bwn']);
    expect(rows.filter(row => row.site === 'fc1').map(row => row.inputBits)).toEqual([32, 1, 1, 32]);
    expect(rows.filter(row => row.site === 'fc2').map(row => row.reason)).toEqual([null, null, null, 'a rule says float']);
  });

  it('has a hash that does not depend on the order of keys and that every change changes', () => {
    const plan = presetPlan('all', 'bit', { attentionProducts: true });
    expect(planHash(plan)).toMatch(/^[0-9a-f]{64}$/);
    expect(planHash(reversed(plan) as BinarizationPlan)).toBe(planHash(plan));
    expect(planHash(parsePlan(reversed(plan)))).toBe(planHash(plan));
    const hashes = wheres.flatMap(where => methodNames.map(method => planHash(presetPlan(where, method))));
    // 'none' is one plan whatever the method.
    expect(new Set(hashes).size).toBe(3 * methodNames.length + 1);
  });

  it('has a hash that stays the same from release to release', () => {
    // Computed with coreutils: printf '%s' '{"activation":"gelu","name":"none","rules":[]}' | sha256sum
    expect(planHash(presetPlan('none', 'bnn'))).toBe('f0bfdb769d99ec53894d9b42852c6ce1dde0cd41d5fee5b4f5ec67b4cadb9852');
  });

  it('is written as a table that says why a layer is float', () => {
    const text = formatPlan(presetPlan('mlp', 'bwn'), 1);
    expect(text).toBe([
      'plan mlp/bwn',
      'layer                        weight  input             method  note',
      'patch_embed.proj             float   float             float   first layer stays float',
      'blocks.0.attn.q              float   float             float   no rule covers it',
      'blocks.0.attn.k              float   float             float   no rule covers it',
      'blocks.0.attn.v              float   float             float   no rule covers it',
      'blocks.0.attn.scores         -       float             float   attention product stays float',
      'blocks.0.attn.probabilities  -       P float, V float  float   attention product stays float',
      'blocks.0.attn.proj           float   float             float   no rule covers it',
      'blocks.0.mlp.fc1             1 bit   float             bwn',
      'blocks.0.mlp.fc2             1 bit   float             bwn',
      'head                         float   float             float   last layer stays float',
    ].join('\n'));
  });

  it('that takes the sign of probabilities, or binarizes the first or last layer, comes with a warning', () => {
    const plan = parsePlan({
      name: 'unwise',
      activation: 'gelu',
      rules: [
        { sites: ['probabilities'], blocks: 'all', method: 'bnn', weight: null, input, values: input },
        { sites: ['patchEmbed', 'head'], blocks: 'all', method: 'bnn', weight, input, values: null },
        { sites: ['patchEmbed'], blocks: 'all', method: 'custom', weight: null, input: null, values: null },
      ],
    });
    expect(planWarnings(plan).map(({ kind, site, rule: index }) => [kind, site, index])).toEqual([
      ['sign-of-non-negative', 'probabilities', 0], ['binary-first-layer', 'patchEmbed', 1], ['binary-last-layer', 'head', 1],
    ]);
    for (const { message } of planWarnings(plan)) expect(message).toMatch(/^rules\[\d\]: /);
  });
});

describe('canonical JSON', () => {
  it('reads back as the value and does not depend on the order of keys', () => {
    fc.assert(fc.property(fc.jsonValue({ maxDepth: 3 }), value => {
      const text = canonicalJson(value);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(canonicalJson(reversed(value))).toBe(text);
    }));
  });

  it('refuses what JSON cannot hold', () => {
    expect(() => canonicalJson({ a: NaN })).toThrow('expected a JSON value, found NaN');
    expect(() => canonicalJson([undefined])).toThrow('expected a JSON value, found undefined');
  });
});
