// What a kernelspec starts: node main.js CONNECTION_FILE. Apart from the command line, which loads the whole package.
import { setFlagsFromString } from 'node:v8';
import { keepEnvironmentFromCells } from './environment.js';
import { runKernel } from './run-kernel.js';

// Most of what the compiler leaves behind is garbage; V8 would let the heap grow to several times what lives in it.
setFlagsFromString('--heap-growing-percent=30');

keepEnvironmentFromCells();

try {
  const connectionFile = process.argv[2];
  if (connectionFile === undefined) throw new Error('expected the path of a connection file; front ends start kernels, see `binvit kernel install`');
  await runKernel(connectionFile);
  process.exit(0);
} catch (error) {
  process.stderr.write(`binvit kernel: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
