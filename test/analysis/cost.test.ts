import { describe, expect, it } from 'vitest';
import { costByPart, costTable, costTotal, formatCost, type CostTotal } from '../../src/analysis/index.js';
import { Random } from '../../src/backend/index.js';
import { methodNames, methods, presetPlan, type BinarizationPlan } from '../../src/binarize/index.js';
import { buildVit, vitPresets, type VitConfig } from '../../src/models/index.js';

const float = presetPlan('none', 'xnor-net');
const full = presetPlan('all', 'xnor-net', { attentionProducts: true });
const mhsaOnly = presetPlan('mhsa', 'xnor-net', { attentionProducts: true });
const mlpOnly = presetPlan('mlp', 'xnor-net');
/** Attention 1/1 with its products, MLP 1/32: table 3 of BiViT. */
const attentionAndWeights: BinarizationPlan = { ...mhsaOnly, rules: [...mhsaOnly.rules, ...presetPlan('mlp', 'bwn').rules] };

function total(config: VitConfig, plan: BinarizationPlan): CostTotal {
  return costTotal(costTable(config, plan));
}

const { deit_tiny: tiny, deit_small: small, deit_base: base } = vitPresets;

describe('operations agree with the literature', () => {
  // Computed from published shapes to the printed digits; BiViT (arXiv 2211.07091) prints 1.26, 17.6, 0.39 and 5.81 G.
  it.each([
    ['DeiT-T float', tiny, float, 1.254e9, 4],
    ['DeiT-S float', small, float, 4.599e9, 4],
    ['DeiT-B float', base, float, 17.564e9, 5],
    ['DeiT-T, attention 1/1, MLP 1/32', tiny, attentionAndWeights, 0.386e9, 3],
    ['DeiT-B, attention 1/1, MLP 1/32', base, attentionAndWeights, 5.792e9, 4],
    ['DeiT-T fully 1/1', tiny, full, 48.2e6, 3],
    ['DeiT-S fully 1/1', small, full, 129.1e6, 4],
    ['DeiT-B fully 1/1', base, full, 389.0e6, 4],
    ['DeiT-T, MHSA only 1/1', tiny, mhsaOnly, 734.5e6, 4],
    ['DeiT-S, MHSA only 1/1', small, mhsaOnly, 2874e6, 4],
    ['DeiT-T, MLP only 1/1', tiny, mlpOnly, 567.4e6, 4],
    ['DeiT-S, MLP only 1/1', small, mlpOnly, 1854e6, 4],
  ] as const)('%s', (_, config, plan, ops, digits) => {
    expect(total(config, plan).ops.toPrecision(digits)).toBe(ops.toPrecision(digits));
  });

  it('the parts of DeiT-T: projections 348.6 M, MLP 697.2 M, attention products 178.8 M, patches 28.9 M, head 0.192 M', () => {
    const rows = costTable(tiny, float);
    const macs = (pattern: RegExp): number =>
      rows.filter(row => pattern.test(row.name)).reduce((sum, row) => sum + row.macs['32x32'], 0) / 1e6;
    expect(macs(/attn\.(qkv|proj)/)).toBeCloseTo(348.6, 1);
    expect(macs(/mlp\.fc/)).toBeCloseTo(697.2, 1);
    expect(macs(/attn\.(scores|probabilities)/)).toBeCloseTo(178.8, 1);
    expect(macs(/patch_embed/)).toBeCloseTo(28.9, 1);
    expect(macs(/head/)).toBeCloseTo(0.192, 3);
  });

  it('a block of width 192 over 65 tokens: 28,753,920 linear and 1,622,400 attention MACs', () => {
    const rows = costTable({ ...tiny, imgSize: 128 }, float).filter(row => row.name.startsWith('blocks.0.'));
    const isProduct = (name: string): boolean => /scores|probabilities/.test(name);
    expect(rows.filter(row => !isProduct(row.name)).reduce((sum, row) => sum + row.macs['32x32'], 0)).toBe(28_753_920);
    expect(rows.filter(row => isProduct(row.name)).reduce((sum, row) => sum + row.macs['32x32'], 0)).toBe(1_622_400);
  });

  it('attention products count as float unless both operands are binary', () => {
    const products = costTable(tiny, presetPlan('all', 'xnor-net')).filter(row => /scores|probabilities/.test(row.name));
    expect(products.every(row => row.macs['32x32'] === 197 * 197 * 192 && row.bops === 0)).toBe(true);
    const valuesFloat = { ...full, rules: full.rules.map(rule => ({ ...rule, values: null })) };
    const mixed = costTable(tiny, valuesFloat).find(row => row.name === 'blocks.0.attn.probabilities')!;
    expect(mixed.macs).toEqual({ '1x1': 0, '1x32': 197 * 197 * 192, '32x32': 0 });
    expect(mixed.ops).toBe((197 * 197 * 192) / 2);
  });

  it('every row without multiply-accumulates says why, and no other row has a note', () => {
    for (const row of costTable(tiny, presetPlan('all', 'react'))) {
      expect(row.note === '', row.name).toBe(row.macs['1x1'] + row.macs['1x32'] + row.macs['32x32'] > 0);
    }
  });
});

describe('size', () => {
  it('BiViT counts 2.30 and 17.15 MB for fully binary DeiT-T and DeiT-B, 22.8 (22.9) and 346.3 MB for float', () => {
    const withoutScales = (config: VitConfig): number => {
      const { sizeBytes, scales } = total(config, full);
      return (sizeBytes - 4 * scales) / 1e6;
    };
    expect(withoutScales(tiny)).toBeCloseTo(2.3, 2);
    expect(withoutScales(base)).toBeCloseTo(17.15, 2);
    expect(total(tiny, float).sizeBytes / 1e6).toBeCloseTo(22.87, 2);
    expect(total(base, float).sizeBytes / 1e6).toBeCloseTo(346.3, 1);
  });

  it('100 inputs and 50 outputs at W1A32: 800 bytes of signs, 200 of scales, 20,000 in float', () => {
    const config: VitConfig = { ...vitPresets.vit_nano, imgSize: 10, patchSize: 10, embedDim: 50, numHeads: 5 };
    const patches = (sites: BinarizationPlan['rules'][number]['sites']): BinarizationPlan =>
      ({ ...float, rules: [{ sites, blocks: 'all', method: 'bwn', weight: methods.bwn.weight, input: null, values: null }] });
    const [row] = costTable(config, patches(['patchEmbed']));
    expect(row!.sizeBytes - 4 * row!.biases).toBe(800 + 200);
    const [floatRow] = costTable(config, float);
    expect(floatRow!.sizeBytes - 4 * floatRow!.biases).toBe(20_000);
  });

  it('ternary weights take two bits and count as half a FLOP', () => {
    const row = costTable(tiny, presetPlan('mlp', 'twn')).find(({ name }) => name === 'blocks.0.mlp.fc1')!;
    expect(row.sizeBytes).toBe((192 * 768 * 2) / 8 + 4 * 768 + 4);
    expect(row.flops).toBe((197 * 192 * 768) / 2);
  });
});

describe('parameters', () => {
  it.each([[tiny, 5_717_416], [small, 22_050_664], [base, 86_567_656]])('match timm: %#', (config, parameters) => {
    const { binaryParameters, floatParameters } = total(config, full);
    expect(binaryParameters + floatParameters).toBe(parameters);
  });

  it('match DeiT-Ti with distillation: one token, its position and a second head more', () => {
    const rows = costTable({ ...tiny, distillation: 'heads' }, float);
    // timm's deit_tiny_distilled_patch16_224.
    expect(rows.reduce((sum, row) => sum + row.floatParameters, 0)).toBe(5_910_800);
    expect(rows.map(({ name }) => name)).toEqual(expect.arrayContaining(['dist_token', 'cls_token', 'head', 'head_dist']));
    expect(rows.find(({ name }) => name === 'blocks.0.attn.softmax')!.outputShape).toEqual([3, 198, 198]);
  });

  it('are those of the built model, for every method, place and pooling', () => {
    const nano: VitConfig = { ...vitPresets.vit_nano, embedDim: 16, depth: 2 };
    const shapes: VitConfig[] = [nano, { ...nano, classToken: true, globalPool: 'token', qkvBias: false }, { ...nano, classToken: true },
      { ...nano, classToken: true, globalPool: 'token', distillation: 'heads' }, { ...nano, classToken: true, distillation: 'token' }];
    const plans = methodNames.flatMap(method =>
      (['mlp', 'mhsa', 'all'] as const).map(where =>
        presetPlan(where, method, { attentionProducts: where !== 'mlp' && methods[method].attention !== null })));
    for (const [index, plan] of [float, ...plans].entries()) {
      const config = shapes[index % shapes.length]!;
      const model = buildVit(config, plan, Random.seeded(1));
      const { binaryParameters, floatParameters } = total(config, plan);
      expect(binaryParameters + floatParameters, plan.name).toBe(model.countParams());
      model.dispose();
    }
  });
});

describe('formatCost', () => {
  const text = formatCost(tiny, full);

  it('has one aligned line per layer, totals, and the float model', () => {
    const lines = text.split('\n');
    const rows = costTable(tiny, full);
    for (const { name } of rows) expect(lines.filter(line => line.startsWith(`${name} `)).length, name).toBe(1);
    const column = lines.find(line => line.startsWith('layer'))!.indexOf('OPs', 100) + 'OPs'.length;
    for (const line of lines.filter(other => /^(blocks|total|float model|head)/.test(other))) {
      expect(line.slice(0, column)).toMatch(/\d$/);
    }
    expect(lines.find(line => line.startsWith('total'))).toContain('5,308,416');
  });

  it('compares with float and names the convention of the size', () => {
    expect(text).toContain('48.23 M OPs, 26.0 times fewer than float (1,254 M)');
    expect(text).toContain('1 bit per binary weight');
    expect(text).not.toMatch(/NaN|undefined|\?/);
  });
});

describe('cost by part', () => {
  it.each([['float', float], ['full', full]] as const)('adds up to the total: DeiT-T %s', (_, plan) => {
    const rows = costTable(tiny, plan);
    const parts = Object.values(costByPart(rows));
    const sum = (of: (cost: CostTotal) => number): number => parts.reduce((total, part) => total + of(part), 0);
    const whole = costTotal(rows);
    expect(sum(({ ops }) => ops)).toBeCloseTo(whole.ops, 0);
    expect(sum(({ sizeBytes }) => sizeBytes)).toBe(whole.sizeBytes);
    expect(sum(({ binaryParameters }) => binaryParameters)).toBe(whole.binaryParameters);
  });
});
