import { statSync } from 'node:fs';
import { PackedModel, profileModel, readPackedFile, type InferenceProfile, type PackedFile, type PartTime } from '../inference/index.js';
import { loadEngine, nativeInstructionSets, type EngineLibrary } from '../kernels/index.js';
import { progressBar } from '../training/progress.js';
import { roundMs, type BenchOptions } from './bench-options.js';
import { peakMemory } from './peak-memory.js';

/** Runs of which the profile is the median. */
const profileRuns = 20;

interface Measurement {
  readonly engine: string;
  readonly threads: number;
  readonly batchSize: number;
  readonly loadMs: number;
  /** Of a batch: the median run, the fastest and the slowest tenth. */
  readonly ms: number;
  readonly fastestMs: number;
  readonly slowMs: number;
  readonly imagesPerSecond: number;
  readonly peakRssBytes: number;
  readonly fileBytes: number;
  readonly profile: InferenceProfile;
}

/** Times a packed file; nothing but it is needed. */
export function benchPacked(path: string, { backend, batchSize = 1, rounds, json }: BenchOptions): void {
  const engine = engineOf(backend);
  const bar = progressBar(process.stderr);
  const measured = measure(path, engine, batchSize, rounds, done => { bar.update(done, rounds + 1, path); });
  bar.end();
  if (json) console.log(JSON.stringify(measured, null, 2));
  else print(path, measured);
}

function engineOf(backend: BenchOptions['backend']): EngineLibrary {
  if (backend === undefined) return loadEngine(nativeInstructionSets().length > 0 ? 'native' : 'wasm');
  if (backend === 'native' || backend === 'wasm') return loadEngine(backend);
  throw new Error(`--backend: expected native or wasm for a packed model, found ${backend}`);
}

function measure(path: string, engine: EngineLibrary, batchSize: number, rounds: number, onRound: (done: number) => void): Measurement {
  const start = performance.now();
  const file = readPackedFile(path);
  const model = PackedModel.from(file, engine);
  const loadMs = performance.now() - start;
  const images = imagesFor(file, batchSize);
  model.run(images);
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    onRound(round);
    const until = performance.now() + roundMs;
    do {
      const began = performance.now();
      model.run(images);
      times.push(performance.now() - began);
    } while (performance.now() < until);
  }
  const peakRssBytes = peakMemory();
  model.dispose();
  onRound(rounds);
  const profile = profileModel(file, engine, images, profileRuns);
  onRound(rounds + 1);
  times.sort((a, b) => a - b);
  const ms = times[times.length >> 1]!;
  return {
    engine: `${engine.kind}, ${engine.isa}`, threads: engine.threads, batchSize, loadMs, ms, fastestMs: times[0]!, slowMs: times[Math.floor(0.9 * times.length)]!,
    imagesPerSecond: 1000 * batchSize / ms, peakRssBytes, fileBytes: statSync(path).size, profile,
  };
}

/** Values around 0, the same in every call: what they are does not change the time. */
function imagesFor({ program: { imgSize, inChans } }: PackedFile, count: number): Float32Array {
  return Float32Array.from({ length: count * imgSize ** 2 * inChans }, (_, i) => Math.sin(i * 0.7 + i % 977));
}

function print(path: string, { engine, threads, batchSize, loadMs, ms, fastestMs, slowMs, imagesPerSecond, peakRssBytes, fileBytes, profile }: Measurement): void {
  const share = ({ ms: part }: PartTime, parts: readonly PartTime[]): string => `${(100 * part / parts.reduce((sum, one) => sum + one.ms, 0)).toFixed(1)} %`;
  console.table(Object.fromEntries(profile.steps.map(step => [step.name, {
    ms: step.ms.toFixed(3), share: share(step, profile.steps), GOPS: step.binaryMacs === 0 ? '' : (2 * batchSize * step.binaryMacs / step.ms / 1e6).toFixed(0),
  }])));
  console.table(Object.fromEntries(profile.kernels.map(kernel => [kernel.name, { ms: kernel.ms.toFixed(3), share: share(kernel, profile.kernels) }])));
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
  console.log(`${path}: ${ms.toFixed(2)} ms a batch of ${batchSize} (fastest ${fastestMs.toFixed(2)}, nine of ten below ${slowMs.toFixed(2)}), `
    + `${imagesPerSecond.toFixed(0)} images/s on ${engine}, ${threads} thread${threads === 1 ? '' : 's'}`);
  console.log(`loaded in ${loadMs.toFixed(0)} ms, ${megabytes(fileBytes)} on disk, peak memory of the process ${megabytes(peakRssBytes)}`);
}
