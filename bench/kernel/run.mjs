// Kernels side by side through one client: node bench/kernel/run.mjs [--rounds 5] [--only binvit,tslab] [--json FILE]
// Needs `npm run build` here and `npm install` in bench/kernel. A kernel that is not installed is named and left out.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

// The client is TypeScript that the tests share; Node 20 needs it converted.
mkdirSync(new URL('../../build/', import.meta.url), { recursive: true });
const folder = mkdtempSync(new URL('../../build/bench-kernel-', import.meta.url).pathname);
try {
  const outfile = join(folder, 'kernels.mjs');
  await build({
    entryPoints: [new URL('./kernels.ts', import.meta.url).pathname], outfile, bundle: true, platform: 'node', format: 'esm', packages: 'external', logLevel: 'warning',
  });
  const { main } = await import(outfile);
  await main(process.argv.slice(2));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
