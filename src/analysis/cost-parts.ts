import { costTotal, type CostRow, type CostTotal } from './cost.js';

/** Parts of the ViT of the paper's figure, in the order of computation. */
export const costParts = ['embedding', 'MHSA', 'MLP', 'norms', 'head'] as const;
export type CostPart = (typeof costParts)[number];

/**
 * The cost table by part: patch embedding with tokens and positions, all MHSA, all MLP, the norms, and the head with what it pools.
 * The parts add up to {@link costTotal}.
 */
export function costByPart(rows: readonly CostRow[]): Readonly<Record<CostPart, CostTotal>> {
  const of = (part: CostPart): CostTotal => costTotal(rows.filter(({ name }) => partOf(name) === part));
  return { embedding: of('embedding'), MHSA: of('MHSA'), MLP: of('MLP'), norms: of('norms'), head: of('head') };
}

function partOf(layer: string): CostPart {
  if (layer.includes('norm')) return 'norms';
  if (layer.includes('.attn.')) return 'MHSA';
  if (layer.includes('.mlp.')) return 'MLP';
  return /^(head|pool)/.test(layer) ? 'head' : 'embedding';
}
