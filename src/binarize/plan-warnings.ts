import type { BinarizationPlan, Site } from './plan.js';
import type { InputBinarizerSpec } from './spec.js';

/** Something in a plan that is allowed and most likely unwanted. */
export interface PlanWarning {
  readonly kind: 'sign-of-non-negative' | 'binary-first-layer' | 'binary-last-layer';
  readonly site: Site;
  /** Index of the rule in `plan.rules`. */
  readonly rule: number;
  readonly message: string;
}

/** What a reader of the plan should know before spending hours on it; an empty list when there is nothing. */
export function planWarnings(plan: BinarizationPlan): PlanWarning[] {
  return plan.rules.flatMap((rule, index) => rule.sites.flatMap((site): PlanWarning[] => {
    if (site === 'probabilities' && isConstantForNonNegative(rule.input)) {
      const message = `rules[${index}]: a sign of attention probabilities is +1 everywhere, because none is negative; use unsigned levels`;
      return [{ kind: 'sign-of-non-negative', site, rule: index, message }];
    }
    if (rule.weight === null && rule.input === null) return [];
    if (site === 'patchEmbed') {
      const message = `rules[${index}]: a binary patch embedding loses much accuracy and saves little; the field keeps the first layer float`;
      return [{ kind: 'binary-first-layer', site, rule: index, message }];
    }
    if (site === 'head') {
      const message = `rules[${index}]: a binary head loses much accuracy and saves little; the field keeps the last layer float`;
      return [{ kind: 'binary-last-layer', site, rule: index, message }];
    }
    return [];
  }));
}

/** A learned shift can move a non-negative input across zero; a fixed threshold at zero cannot. */
function isConstantForNonNegative(input: InputBinarizerSpec | null): boolean {
  return input !== null && input.levels === 'signed' && input.threshold.name === 'fixed';
}
