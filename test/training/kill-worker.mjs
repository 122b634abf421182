// Trains in the folder argv[2] what argv[3] (JSON file: config and images) says; prints a line when the first step is done
// and ends as the command line does: with 0, or with the code of the signal that stopped it.
import { readFileSync } from 'node:fs';
import { imageSet } from '../../dist/data/index.js';
import { parseTrainConfig, stopSignal, train } from '../../dist/training/index.js';

const { config, sets } = JSON.parse(readFileSync(process.argv[3], 'utf8'));
const [trainSet, test] = sets.map(({ images, labels, ...rest }) =>
  imageSet({ ...rest, images: Buffer.from(images, 'base64'), labels: Buffer.from(labels, 'base64') }));
let told = false;
const stop = stopSignal();
const { status } = await train(parseTrainConfig(config), {
  dir: process.argv[2],
  backend: 'cpu',
  data: { train: trainSet, test },
  signal: stop.signal,
  onProgress: () => {
    if (!told) process.stdout.write('training\n');
    told = true;
  },
});
if (status === 'interrupted') process.exitCode = stop.exitCode();
