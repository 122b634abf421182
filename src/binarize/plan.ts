import { methods, parseMethodName, type MethodName } from './methods.js';
import type { InputBinarizerSpec, WeightBinarizerSpec } from './spec.js';

/**
 * Places of a ViT that can be binary. `patchEmbed`, `q`, `k`, `v`, `proj`, `fc1`, `fc2`, `head` are linear layers;
 * `scores` is the product QKᵀ, `probabilities` the product PV.
 */
export const sites = ['patchEmbed', 'q', 'k', 'v', 'scores', 'probabilities', 'proj', 'fc1', 'fc2', 'head'] as const;

export type Site = (typeof sites)[number];

/** Sites that occur once in the model and not in every block. */
export const modelSites = ['patchEmbed', 'head'] as const satisfies readonly Site[];

/** Sites without a weight matrix: a product of two activations. */
export const productSites = ['scores', 'probabilities'] as const satisfies readonly Site[];

export const wheres = ['none', 'mlp', 'mhsa', 'all'] as const;

/** Which components of the encoder blocks a preset binarizes. */
export type Where = (typeof wheres)[number];

/** All blocks, the listed ones, or those from `from` to `to`, both counted from 0 and included. */
export type BlockSelection = 'all' | readonly number[] | { readonly from: number; readonly to: number };

/** What binarizes one site; null keeps the operand float. */
export interface SiteBinarizers {
  /** Weight of a linear site; null for products. */
  readonly weight: WeightBinarizerSpec | null;
  /** Input of a linear site; Q and K for `scores`; P for `probabilities`. */
  readonly input: InputBinarizerSpec | null;
  /** V for `probabilities`; null for every other site. */
  readonly values: InputBinarizerSpec | null;
}

/** Binarizers for some sites in some blocks. */
export interface PlanRule extends SiteBinarizers {
  readonly sites: readonly Site[];
  readonly blocks: BlockSelection;
  /** Which method the binarizers were taken from, for tables; 'custom' for none. */
  readonly method: MethodName | 'custom';
}

/** Where and how a ViT is binarized: plain JSON. A site that no rule names is float; of two rules the later one holds. */
export interface BinarizationPlan {
  /** Name in tables and results, e.g. 'mlp/xnor-net'. */
  readonly name: string;
  /** Activation between fc1 and fc2. */
  readonly activation: 'gelu' | 'rprelu';
  readonly rules: readonly PlanRule[];
}

const mhsaLinears: readonly Site[] = ['q', 'k', 'v', 'proj'];
const mlpLinears: readonly Site[] = ['fc1', 'fc2'];

/**
 * The plan "where × how": the linear layers of the MLPs, of the attention modules or of both are binarized by one method
 * in every block. Patch embedding and head stay float, and so do attention's products unless `attentionProducts`.
 *
 * @throws SpecError when the method's name is unknown
 * @throws RangeError when attention's products are to be binary but cannot be: `where` leaves attention float, or the
 *   method keeps activations float
 */
export function presetPlan(where: Where, method: MethodName, options: { attentionProducts?: boolean } = {}): BinarizationPlan {
  const { weight, input, attention, activation } = methods[parseMethodName(method)];
  if (where === 'none') return { name: 'none', activation: 'gelu', rules: [] };
  const mlp = where !== 'mhsa';
  const mhsa = where !== 'mlp';
  const linears = [...(mhsa ? mhsaLinears : []), ...(mlp ? mlpLinears : [])];
  const rules: PlanRule[] = [{ sites: linears, blocks: 'all', method, weight, input, values: null }];
  if (options.attentionProducts === true) {
    if (!mhsa) throw new RangeError(`attentionProducts: expected where 'mhsa' or 'all', found '${where}'`);
    if (attention === null) {
      throw new RangeError(`attentionProducts: expected a method with binary inputs, found '${method}', which keeps them float`);
    }
    const { operands, probabilities } = attention;
    rules.push(
      { sites: ['scores'], blocks: 'all', method, weight: null, input: operands, values: null },
      { sites: ['probabilities'], blocks: 'all', method, weight: null, input: probabilities, values: operands });
  }
  const name = `${where}/${method}${options.attentionProducts === true ? '+products' : ''}`;
  return { name, activation: mlp ? activation : 'gelu', rules };
}

/** The rule that holds for a site, or undefined when the site is float; `block` is null for patchEmbed and head. */
export function ruleAt(plan: BinarizationPlan, site: Site, block: number | null): PlanRule | undefined {
  return plan.rules.findLast(rule => rule.sites.includes(site) && selects(rule.blocks, block));
}

/** The binarizers of a site; all null when it is float. `block` counts from 0 and is null for patchEmbed and head. */
export function binarizersAt(plan: BinarizationPlan, site: Site, block: number | null): SiteBinarizers {
  const { weight, input, values } = ruleAt(plan, site, block) ?? { weight: null, input: null, values: null };
  return { weight, input, values };
}

function selects(blocks: BlockSelection, block: number | null): boolean {
  if (blocks === 'all' || block === null) return true;
  if ('from' in blocks) return block >= blocks.from && block <= blocks.to;
  return blocks.includes(block);
}
