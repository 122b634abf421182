import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { kernelEnvironment } from '../../src/notebook/jupyter/environment.js';

/** A kernel that takes part. */
export interface Contender {
  readonly name: string;
  readonly version: string;
  readonly argv: readonly string[];
  /** Variables that its kernelspec sets. */
  readonly env?: Readonly<Record<string, string>>;
  /** Code that shows a plotly figure, `figure` being an earlier variable. */
  readonly showFigure: string;
  /** TypeScript or, without annotations, JavaScript. */
  readonly typed: boolean;
}

const mime = 'application/vnd.plotly.v1+json';

/**
 * @param root folder of the repository
 * @returns the kernels that are installed, and why each of the others is not there
 */
export function findContenders(root: string): { contenders: Contender[]; missing: string[] } {
  const path = (name: string): string => fileURLToPath(new URL(name, `file://${root}/`));
  const node = process.execPath;
  const all: (Omit<Contender, 'version'> & { readonly home: string; readonly program: string })[] = [
    {
      name: 'binvit', home: '.', program: 'dist/notebook/jupyter/main.js', typed: true,
      argv: [node, path('dist/notebook/jupyter/main.js'), '{connection_file}'], env: kernelEnvironment, showFigure: `display({ [Symbol.for('Jupyter.display')]: () => ({ '${mime}': figure }) })`,
    },
    {
      name: 'tslab', home: 'node_modules/tslab', program: 'node_modules/tslab/bin/tslab', typed: true,
      argv: [node, path('node_modules/tslab/bin/tslab'), 'kernel', '--config-path={connection_file}'],
      showFigure: `import * as tslab from 'tslab'; tslab.display.raw('${mime}', figure as any)`,
    },
    {
      name: 'Deno', home: 'bench/kernel/node_modules/deno', program: 'bench/kernel/node_modules/.bin/deno', typed: true,
      argv: [path('bench/kernel/node_modules/.bin/deno'), 'jupyter', '--kernel', '--conn', '{connection_file}'],
      showFigure: `await Deno.jupyter.display({ '${mime}': figure }, { raw: true })`,
    },
    {
      name: 'ijavascript', home: 'bench/kernel/node_modules/ijavascript', program: 'bench/kernel/node_modules/ijavascript/lib/kernel.js', typed: false,
      argv: [node, path('bench/kernel/node_modules/ijavascript/lib/kernel.js'), '{connection_file}', '--protocol=5.1'],
      showFigure: `$$.mime({ '${mime}': figure })`,
    },
  ];
  const contenders: Contender[] = [];
  const missing: string[] = [];
  for (const { home, program, ...rest } of all) {
    if (!existsSync(path(program))) missing.push(`${rest.name}: ${program} is not there`);
    else contenders.push({ ...rest, version: (JSON.parse(readFileSync(path(`${home}/package.json`), 'utf8')) as { version: string }).version });
  }
  return { contenders, missing };
}
