import { JsonReader, SpecError } from './json-reader.js';
import { methodNames } from './methods.js';
import { parseInputBinarizer, parseWeightBinarizer } from './parse-spec.js';
import { modelSites, productSites, sites, type BinarizationPlan, type BlockSelection, type PlanRule, type Site } from './plan.js';

/**
 * Reads a plan from JSON, strictly: no unknown key, site, method or estimator passes.
 *
 * @param depth number of blocks of the model, when it is known: block numbers must then exist
 * @throws SpecError whose message names the JSON path, what was found and what is allowed
 */
export function parsePlan(value: unknown, depth?: number): BinarizationPlan {
  const { name, activation, rules } = new JsonReader(value, 'plan').object(['name', 'activation', 'rules']);
  return {
    name: name.text(),
    activation: activation.oneOf(['gelu', 'rprelu']),
    rules: rules.array().map(rule => readRule(rule, depth)),
  };
}

function readRule(json: JsonReader, depth: number | undefined): PlanRule {
  const fields = json.object(['sites', 'blocks', 'method', 'weight', 'input', 'values']);
  const ruleSites = fields.sites.array().map(site => site.oneOf(sites));
  if (ruleSites.length === 0) fields.sites.fail('at least one site');
  const blocks = readBlocks(fields.blocks, depth);
  const outside = ruleSites.find(site => (modelSites as readonly Site[]).includes(site));
  if (outside !== undefined && blocks !== 'all') fields.blocks.fail(`'all' for site '${outside}', which is in no block`);
  const weight = fields.weight.value === null ? null : parseWeightBinarizer(fields.weight.value, fields.weight.path);
  const product = ruleSites.find(site => (productSites as readonly Site[]).includes(site));
  if (product !== undefined && weight !== null) {
    throw new SpecError(fields.weight.path, 'a weight binarizer', `null for site '${product}', which has no weight`);
  }
  const values = fields.values.value === null ? null : parseInputBinarizer(fields.values.value, fields.values.path);
  const other = ruleSites.find(site => site !== 'probabilities');
  if (other !== undefined && values !== null) {
    throw new SpecError(fields.values.path, 'an input binarizer', `null for site '${other}' (only 'probabilities' has values)`);
  }
  return {
    sites: ruleSites,
    blocks,
    method: fields.method.oneOf([...methodNames, 'custom']),
    weight,
    input: fields.input.value === null ? null : parseInputBinarizer(fields.input.value, fields.input.path),
    values,
  };
}

function readBlocks(json: JsonReader, depth: number | undefined): BlockSelection {
  if (json.value === 'all') return 'all';
  if (Array.isArray(json.value)) {
    const numbers = json.array().map(block => readBlock(block, depth));
    return numbers.length > 0 ? numbers : json.fail("'all', a list that is not empty or {\"from\", \"to\"}");
  }
  if (typeof json.value !== 'object') json.fail("'all', a list of block numbers or {\"from\", \"to\"}");
  const { from, to } = json.object(['from', 'to']);
  const range = { from: readBlock(from, depth), to: readBlock(to, depth) };
  return range.from <= range.to ? range : to.fail(`a block number from ${range.from}`);
}

function readBlock(json: JsonReader, depth: number | undefined): number {
  const block = json.integer(0);
  return depth === undefined || block < depth ? block : json.fail(`a block number from 0 to ${depth - 1}`);
}
