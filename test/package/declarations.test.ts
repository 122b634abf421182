import { mkdtempSync, mkdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as TypeScript from 'typescript';
import { afterAll, describe, expect, it } from 'vitest';

const root = realpathSync(join(import.meta.dirname, '../..'));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  exports: Record<string, unknown>;
};
// Others are files, not modules.
const subpaths = Object.keys(manifest.exports).filter(key => typeof manifest.exports[key] === 'object').map(key => key.slice(2));
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'binvit-declarations-')));
afterAll(() => { rmSync(folder, { recursive: true }); });

/** Errors of a user's file that imports every subpath, and of the declarations that it reaches. */
function errors(compiler: typeof TypeScript, options: TypeScript.CompilerOptions): string[] {
  const file = join(folder, 'user.ts');
  const program = compiler.createProgram([file], {
    ...options, strict: true, noEmit: true, skipLibCheck: false, types: ['node'], typeRoots: [join(root, 'node_modules/@types')],
    lib: ['lib.es2022.d.ts'],
  });
  return compiler.getPreEmitDiagnostics(program)
    .filter(({ file: at }) => at !== undefined && (at.fileName === file || at.fileName.startsWith(`${root}/dist/`)))
    .map(({ file: at, messageText }) => `${at!.fileName}: ${compiler.flattenDiagnosticMessageText(messageText, '\n')}`);
}

describe('declarations of every subpath', () => {
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(root, join(folder, 'node_modules/binvit'));
  symlinkSync(join(root, 'node_modules/@tensorflow'), join(folder, 'node_modules/@tensorflow'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(join(folder, 'user.ts'), subpaths
    .map((subpath, i) => `import * as m${i} from 'binvit${subpath && `/${subpath}`}';\nconst keys${i}: object = m${i};\nexport { keys${i} };\n`)
    .join(''));
  const require = createRequire(import.meta.url);

  it('parse under TypeScript 5.0.4 with the old module resolution, as tslab has it', () => {
    const compiler = require('typescript-5.0') as typeof TypeScript;
    expect(compiler.version).toBe('5.0.4');
    expect(errors(compiler, { moduleResolution: compiler.ModuleResolutionKind.Node10, module: compiler.ModuleKind.ES2022, target: compiler.ScriptTarget.ES2022 })).toEqual([]);
  });

  it('parse under the current TypeScript as an ES module', () => {
    const compiler = require('typescript') as typeof TypeScript;
    expect(errors(compiler, { module: compiler.ModuleKind.NodeNext, target: compiler.ScriptTarget.ES2022 })).toEqual([]);
  });
});
