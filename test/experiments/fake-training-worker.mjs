// Answers as the training worker does, at once. Validation accuracy peaks at a learning rate of the cell's own; the first
// try of mlp/bnn with seed 2 crashes; `all/xnor-net` at 3.2e-2 and above diverges.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';

const peaks = { none: 4e-3, 'mlp/bnn': 1e-3, 'mhsa/bnn': 8e-3 };

process.on('disconnect', () => process.exit());
process.on('message', message => {
  if (message.type === 'start') process.send({ type: 'ready', info: { name: 'native', detail: 'fake', skipped: [] } });
  if (message.type === 'run') run(message.job);
});

function run({ config: { plan, seed, learningRate, steps, batchSize }, dir }) {
  process.send({ type: 'progress', progress: { step: 1, phase: 'training' } });
  if (plan.name === 'mlp/bnn' && seed === 2 && !existsSync(dir)) {
    mkdirSync(dir, { recursive: true });
    writeFileSync(`${dir}/tried`, '');
    process.kill(process.pid, 'SIGKILL');
    return;
  }
  if (plan.name === 'all/xnor-net' && learningRate > 0.03) {
    process.send({ type: 'failed', reason: 'step 3: loss is NaN' });
    return;
  }
  const accuracy = 0.9 - Math.abs(Math.log2(learningRate / (peaks[plan.name] ?? 2e-3))) / 20;
  process.send({ type: 'progress', progress: { step: steps, phase: 'evaluation' } });
  process.send({
    type: 'done',
    result: {
      status: 'done', steps, trainLoss: 0.5, validationAccuracy: accuracy, validationLoss: 0.5, testAccuracy: accuracy, testLoss: 0.5,
      imagesPerSecond: batchSize, durationMs: 10, dir,
    },
  });
}
