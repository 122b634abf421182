export type { BinarizeContext, DeclaredParameter } from './context.js';
export { errorDecay, estimatorFactor, signEstimator, type ErrorDecay } from './estimator.js';
export { inputFormulas, weightFormulas, type Formula } from './formulas.js';
export { fusedOptions } from './fused.js';
export { binarizeInput, binarizeRows, initialInputParameters, inputParameters } from './input.js';
export { SpecError } from './json-reader.js';
export { methodLabel, whereLabel } from './labels.js';
export { methodNames, methods, parseMethodName, type Method, type MethodName } from './methods.js';
export { parseInputBinarizer, parseWeightBinarizer } from './parse-spec.js';
export { parsePlan } from './parse-plan.js';
export {
  binarizersAt, presetPlan, ruleAt, sites, wheres, type BinarizationPlan, type BlockSelection, type PlanRule, type Site, type SiteBinarizers,
  type Where,
} from './plan.js';
export { canonicalJson, planHash } from './plan-hash.js';
export { formatPlan, planTable, type PlanRow } from './plan-table.js';
export { planWarnings, type PlanWarning } from './plan-warnings.js';
export { rprelu, rpreluParameters } from './rprelu.js';
export type {
  EstimatorSpec, InputBinarizerSpec, InputScaleSpec, InputThresholdSpec, ScaleGradient, ScaleGranularity, WeightBinarizerSpec,
  WeightScaleSpec, WeightThresholdSpec,
} from './spec.js';
export { binarizeWeight, weightParameters, type BinarizedWeight } from './weight.js';
export { leastSquaresScale, powerOfTwoScale } from './weight-scale.js';
export { signMargin } from './weight-threshold.js';
