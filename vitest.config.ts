import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What takes longest. A fresh clone has no times of an earlier run, and vitest would begin with the largest files. */
const long = [
  'notebook/jupyter/tslab', 'cli/commands', 'training/kill', 'cli/packing', 'notebook/language/cell-language', 'notebook/language/client',
  'figures/export-svg', 'notebooks/stop-and-continue', 'notebook/runner/run', 'experiments/resume', 'demo/page', 'report/write-site', 'notebook/runner/export',
].map(name => `test/${name}.test.ts`);

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const first = long.flatMap(name => files.filter(({ moduleId }) => moduleId.endsWith(name)));
    return [...first, ...await super.sort(files.filter(file => !first.includes(file)))];
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Ends what hangs. What is slow may be so: speed is a matter of `bench`, and the machine may be busy.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // Tests start training processes of their own; more workers than cores only slow each other.
    maxWorkers: 2,
    pool: 'forks',
    sequence: { sequencer: LongestFirst },
    reporters: process.env.CI ? ['default', ['json', { outputFile: 'build/test-results.json' }]] : ['default'],
  },
});
