import { type Command, Option } from 'commander';
import { type BinarizationPlan, methodNames, type MethodName, planWarnings, presetPlan, type Where, wheres } from '../binarize/index.js';
import { type VitPresetName, vitPresets } from '../models/index.js';

/** Options that name a binarization plan. */
export interface BinarizationOptions {
  where: Where;
  method: MethodName;
  attentionProducts?: boolean;
}

/** Options that name a model and a binarization plan. */
export interface PlanOptions extends BinarizationOptions {
  model: VitPresetName;
}

/** Adds the options of {@link PlanOptions}. */
export function addPlanOptions(command: Command): Command {
  return addBinarizationOptions(command.addOption(new Option('--model <name>', 'shape of the ViT').choices(Object.keys(vitPresets)).default('vit_nano')), 'all');
}

/** Adds the options of {@link BinarizationOptions}. */
export function addBinarizationOptions(command: Command, where: Where): Command {
  return command
    .addOption(new Option('--where <part>', 'which part of every encoder block is binarized').choices(wheres).default(where))
    .addOption(new Option('--method <name>', 'how it is binarized').choices(methodNames).default('xnor-net'))
    .addOption(new Option('--attention-products', 'binarize the operands of the two products of attention too'));
}

/** The plan that the options name; warnings about it go to stderr. */
export function planFrom({ where, method, attentionProducts }: BinarizationOptions): BinarizationPlan {
  const plan = presetPlan(where, method, { attentionProducts: attentionProducts === true });
  for (const { message } of planWarnings(plan)) process.stderr.write(`warning: ${message}\n`);
  return plan;
}
