// What a kernelspec starts: node main.js CONNECTION_FILE. Apart from the command line, which loads the whole package.
import { keepEnvironmentFromCells } from './environment.js';
import { runKernel } from './run-kernel.js';

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
