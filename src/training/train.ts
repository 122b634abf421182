import { setImmediate as nextTurn } from 'node:timers/promises';
import { Random, useBackend, type BackendName } from '../backend/index.js';
import { loadDataset, type Dataset, type DatasetName } from '../data/index.js';
import { JsonlWriter } from '../io/index.js';
import { checkpointName, newestCheckpoint, saveCheckpoint } from './checkpoint.js';
import type { TrainConfig } from './config.js';
import { DivergedError } from './diagnosis.js';
import { describeEnvironment } from './environment.js';
import { evaluate, type Evaluation } from './evaluate.js';
import type { MetricsRow } from './metrics.js';
import { modelMetadata, saveRunModel } from './model-file.js';
import type { TrainProgress } from './progress.js';
import { existingRun, openRun, runPaths, writeStatus, type RunResult, type RunStatus, type TrainSummary } from './run-folder.js';
import { SignLog } from './sign-log.js';
import { Trainer, type TrainerState } from './trainer.js';
import { splitDataset, type TrainingData } from './training-data.js';

/** Where and how {@link train} runs; nothing here changes the result on one backend. */
export interface TrainOptions {
  /** The run's folder; made when it is not there. */
  readonly dir: string;
  /** Default: the best one that works here. */
  readonly backend?: BackendName | undefined;
  /** The data set that `config.data.name` names, already loaded. Default: loaded from where that name is known to lie. */
  readonly data?: Dataset | undefined;
  /** When aborted, the run finishes its step, saves a checkpoint and returns as `interrupted`. See `stopSignal`. */
  readonly signal?: AbortSignal | undefined;
  /** Called after every step and before every evaluation. */
  readonly onProgress?: ((progress: TrainProgress) => void) | undefined;
}

/**
 * Trains a model as `config` says and records the run in a folder. A folder with an unfinished run of the same configuration
 * is gone on with, from its newest checkpoint and to the same bits; that of a finished run is left as it is.
 *
 * @throws DivergedError when a loss or gradient is not finite; `status.json` holds the diagnosis
 * @throws Error when the folder holds a run of another configuration, backend or data
 */
export async function train(config: TrainConfig, options: TrainOptions): Promise<TrainSummary> {
  const { dir } = options;
  const found = existingRun(dir, config);
  if (found?.status === 'done' && found.result) return { ...found.result, dir };

  const backend = await useBackend(options.backend);
  const random = Random.seeded(config.seed);
  const data = splitDataset(options.data ?? loadDataset(config.data.name as DatasetName), config, random.fork('split'));
  openRun(dir, config, describeEnvironment(backend, data));
  const trainer = new Trainer(config, data, random);
  const status = (rest: Partial<RunStatus> & Pick<RunStatus, 'status'>): void => {
    writeStatus(dir, { step: trainer.step, steps: config.steps, reason: null, diagnosis: null, result: null, ...rest });
  };
  try {
    const result = await runSteps(trainer, config, data, options, status);
    status({ status: result.status, result });
    return { ...result, dir };
  } catch (error) {
    status({
      status: 'failed', reason: error instanceof Error ? error.message : String(error),
      diagnosis: error instanceof DivergedError ? error.diagnosis : null,
    });
    throw error;
  } finally {
    trainer.dispose();
  }
}

/** The loop. All rows of a step are written before its checkpoint, so that a resumed run misses none. */
async function runSteps(
  trainer: Trainer, config: TrainConfig, data: TrainingData, { dir, signal, onProgress }: TrainOptions,
  status: (status: Pick<RunStatus, 'status'>) => void,
): Promise<RunResult> {
  const paths = runPaths(dir);
  const start = performance.now();
  let trainingMs = 0;
  const metrics = new JsonlWriter(paths.metrics);
  const signs = config.signsEvery === null ? null : new SignLog(paths.signs);
  const log = (row: MetricsRow): void => { metrics.append(row); };

  const last = newestCheckpoint<TrainerState>(paths.checkpoints);
  if (last) trainer.restore(last, paths.checkpoints);
  let lastGood = last && checkpointName(last.state.step);
  const firstStep = trainer.step;
  if (firstStep === 0) signs?.append(0, trainer.signs());
  status({ status: 'running' });

  const imagesPerSecond = (): number => ((trainer.step - firstStep) * config.batchSize * 1000) / trainingMs;
  const report = (phase: TrainProgress['phase'], loss: number): void => {
    const rate = imagesPerSecond();
    onProgress?.({
      step: trainer.step, steps: config.steps, loss, imagesPerSecond: rate,
      etaSeconds: ((config.steps - trainer.step) * config.batchSize) / rate, phase,
    });
  };
  const evaluateOn = async (split: 'validation' | 'test'): Promise<Evaluation> => {
    report('evaluation', trainer.recentLoss);
    const evaluation = await trainer.evaluated(model => evaluate(model, data[split], data.normalization));
    log({ kind: 'evaluation', step: trainer.step, split, ...evaluation });
    return evaluation;
  };
  const result = (): RunResult => ({
    status: 'interrupted', steps: trainer.step, trainLoss: trainer.recentLoss, validationAccuracy: null, validationLoss: null,
    testAccuracy: null, testLoss: null, imagesPerSecond: imagesPerSecond(), durationMs: performance.now() - start,
  });

  try {
    while (trainer.step < config.steps) {
      const stepStart = performance.now();
      const update = trainer.update(lastGood);
      trainingMs += performance.now() - stepStart;

      const { step } = trainer;
      const final = step === config.steps;
      if (step % config.logEvery === 0 || final) log({ kind: 'step', step, ...update });
      if (step % config.statisticsEvery === 0 || final) log({ kind: 'layers', step, layers: trainer.layerStatistics() });
      if (signs !== null && (step % config.signsEvery! === 0 || final)) signs.append(step, trainer.signs());
      if (config.evaluateEvery !== null && step % config.evaluateEvery === 0 && !final) await evaluateOn('validation');
      report('training', update.loss);

      // Lets signals in.
      await nextTurn();
      const stop = signal?.aborted === true && !final;
      if (stop || (step % config.checkpointEvery === 0 && !final)) {
        metrics.sync();
        signs?.sync();
        saveCheckpoint(paths.checkpoints, trainer.checkpoint(), modelMetadata(config));
        lastGood = checkpointName(step);
        status({ status: 'running' });
      }
      if (stop) return result();
    }
    const validation = await evaluateOn('validation');
    const test = await evaluateOn('test');
    saveRunModel(paths.model, trainer.weights(), config);
    return {
      ...result(), status: 'done', validationAccuracy: validation.accuracy, validationLoss: validation.loss,
      testAccuracy: test.accuracy, testLoss: test.loss,
    };
  } finally {
    metrics.close();
    signs?.close();
  }
}
