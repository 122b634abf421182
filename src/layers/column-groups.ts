import { canonicalJson, fusedOptions, type InputBinarizerSpec, type Site, type WeightBinarizerSpec } from '../binarize/index.js';

/** A linear site of the plan and what binarizes it there; null keeps the operand float. */
export interface SiteBinding {
  readonly site: Site;
  readonly weight: WeightBinarizerSpec | null;
  readonly input: InputBinarizerSpec | null;
}

/** Neighbouring columns of a dense weight that are binarized together. */
export interface ColumnGroup {
  /** Path of the columns: 'blocks.0.attn.qkv' for the whole layer, 'blocks.0.attn.q' for a third of it. */
  readonly name: string;
  readonly sites: readonly Site[];
  readonly weight: WeightBinarizerSpec | null;
  readonly input: InputBinarizerSpec | null;
}

/**
 * How the equal parts of a dense weight are binarized: as one where that means the same, otherwise each by itself. Parts
 * are one when their binarizers are equal, share nothing across outputs and have no parameters; so q, k and v with a
 * scale per tensor have one scale each, and learned shifts of their own.
 *
 * @param name path of the layer, 'blocks.0.attn.qkv'
 * @param sites one per part, in the order of the columns
 */
export function columnGroups(name: string, sites: readonly SiteBinding[]): ColumnGroup[] {
  const [{ weight, input }] = sites as readonly [SiteBinding, ...SiteBinding[]];
  if (sites.length === 1 || areOne(sites)) return [{ name, sites: sites.map(({ site }) => site), weight, input }];
  const parent = name.slice(0, name.lastIndexOf('.'));
  return sites.map(part => ({ name: `${parent}.${part.site}`, sites: [part.site], weight: part.weight, input: part.input }));
}

function areOne(sites: readonly SiteBinding[]): boolean {
  const [{ weight, input }] = sites as readonly [SiteBinding, ...SiteBinding[]];
  const text = canonicalJson({ weight, input });
  if (sites.some(part => canonicalJson({ weight: part.weight, input: part.input }) !== text)) return false;
  if (weight === null && input === null) return true;
  const options = fusedOptions(weight, input, 0);
  return options !== null && options.scale !== 'tensor';
}
