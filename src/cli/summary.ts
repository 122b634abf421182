import { Command, Option } from 'commander';
import { costTable, costTotal, formatCost } from '../analysis/index.js';
import { formatPlan } from '../binarize/index.js';
import { vitPresets } from '../models/index.js';
import { jsonOption } from './options.js';
import { addPlanOptions, planFrom, type PlanOptions } from './plan-options.js';

/** `binvit summary`: parameters, size and operations of a model under a plan. */
export function summaryCommand(): Command {
  return addPlanOptions(new Command('summary'))
    .description('print shape, parameters, size and operations of every layer of a model')
    .addOption(new Option('--plan', 'print the binarization plan of every block and site instead'))
    .addOption(jsonOption())
    .action((options: PlanOptions & { plan?: boolean; json?: boolean }) => {
      const config = vitPresets[options.model];
      const plan = planFrom(options);
      if (options.plan) {
        console.log(options.json ? JSON.stringify(plan, null, 2) : formatPlan(plan, config.depth));
      } else if (options.json) {
        const layers = costTable(config, plan);
        console.log(JSON.stringify({ config, plan, layers, total: costTotal(layers) }, null, 2));
      } else {
        console.log(formatCost(config, plan));
      }
    });
}
