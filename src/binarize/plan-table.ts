import { modelSites, productSites, ruleAt, sites, type BinarizationPlan, type Site } from './plan.js';
import type { WeightBinarizerSpec } from './spec.js';

/** Precision of one site in one block. */
export interface PlanRow {
  /** Layer in timm's words, e.g. 'blocks.0.mlp.fc1'; q, k and v are thirds of 'attn.qkv'. */
  readonly layer: string;
  readonly site: Site;
  /** Null for patchEmbed and head. */
  readonly block: number | null;
  /** Bits of a weight; null for products, which have none. */
  readonly weightBits: 1 | 1.58 | 32 | null;
  /** Bits of the input (Q and K for scores, P for probabilities). */
  readonly inputBits: 1 | 32;
  /** Bits of V for probabilities, null elsewhere. */
  readonly valueBits: 1 | 32 | null;
  /** 'float', a method's name, or 'custom'. */
  readonly method: string;
  /** Why the site is float; null when anything of it is binary. */
  readonly reason: string | null;
}

const layerNames: Readonly<Record<Site, string>> = {
  patchEmbed: 'patch_embed.proj', q: 'attn.q', k: 'attn.k', v: 'attn.v', scores: 'attn.scores', probabilities: 'attn.probabilities',
  proj: 'attn.proj', fc1: 'mlp.fc1', fc2: 'mlp.fc2', head: 'head',
};

/**
 * One row per site and block, in the order in which the model computes them.
 *
 * @param depth number of encoder blocks
 */
export function planTable(plan: BinarizationPlan, depth: number): PlanRow[] {
  const inBlock = sites.filter(site => !isModelSite(site));
  return [
    planRow(plan, 'patchEmbed', null),
    ...Array.from({ length: depth }, (_, block) => inBlock.map(site => planRow(plan, site, block))).flat(),
    planRow(plan, 'head', null),
  ];
}

/** The table as text with aligned columns, headed by the plan's name. */
export function formatPlan(plan: BinarizationPlan, depth: number): string {
  const cells = [
    ['layer', 'weight', 'input', 'method', 'note'],
    ...planTable(plan, depth).map(row => [
      row.layer, row.weightBits === null ? '-' : precision(row.weightBits), inputText(row), row.method, row.reason ?? '',
    ]),
  ];
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map(row => row[column]!.length)));
  const lines = cells.map(row => row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ').trimEnd());
  return [`plan ${plan.name}`, ...lines].join('\n');
}

function planRow(plan: BinarizationPlan, site: Site, block: number | null): PlanRow {
  const rule = ruleAt(plan, site, block);
  const isProduct = (productSites as readonly Site[]).includes(site);
  const isBinary = rule !== undefined && (rule.weight !== null || rule.input !== null || rule.values !== null);
  return {
    layer: block === null ? layerNames[site] : `blocks.${block}.${layerNames[site]}`,
    site,
    block,
    weightBits: isProduct ? null : weightBits(rule?.weight ?? null),
    inputBits: (rule?.input ?? null) === null ? 32 : 1,
    valueBits: site !== 'probabilities' ? null : (rule?.values ?? null) === null ? 32 : 1,
    method: isBinary ? rule.method : 'float',
    reason: isBinary ? null : floatReason(plan, site, rule !== undefined),
  };
}

function weightBits(weight: WeightBinarizerSpec | null): 1 | 1.58 | 32 {
  if (weight === null) return 32;
  return weight.threshold.name === 'dead-zone' ? 1.58 : 1;
}

function floatReason(plan: BinarizationPlan, site: Site, hasRule: boolean): string {
  if (hasRule) return 'a rule says float';
  switch (site) {
    case 'patchEmbed':
      return 'first layer stays float';
    case 'head':
      return 'last layer stays float';
    case 'scores':
    case 'probabilities':
      return 'attention product stays float';
    default:
      return plan.rules.length === 0 ? 'the plan is float' : 'no rule covers it';
  }
}

function inputText(row: PlanRow): string {
  return row.valueBits === null ? precision(row.inputBits) : `P ${precision(row.inputBits)}, V ${precision(row.valueBits)}`;
}

function precision(bits: 1 | 1.58 | 32): string {
  return bits === 32 ? 'float' : `${bits} bit`;
}

function isModelSite(site: Site): boolean {
  return (modelSites as readonly Site[]).includes(site);
}
