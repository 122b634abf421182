// Trains in the folder argv[2] what argv[3] (JSON file: config and images) says; prints a line when the first step is done.
import { readFileSync } from 'node:fs';
import { imageSet } from '../../dist/data/index.js';
import { parseTrainConfig, train } from '../../dist/training/index.js';

const { config, sets } = JSON.parse(readFileSync(process.argv[3], 'utf8'));
const [trainSet, test] = sets.map(({ images, labels, ...rest }) =>
  imageSet({ ...rest, images: Buffer.from(images, 'base64'), labels: Buffer.from(labels, 'base64') }));
let told = false;
await train(parseTrainConfig(config), {
  dir: process.argv[2],
  backend: 'cpu',
  data: { train: trainSet, test },
  onProgress: () => {
    if (!told) process.stdout.write('training\n');
    told = true;
  },
});
