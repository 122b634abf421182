import { startWasmEngine } from '../../../src/inference/browser.js';
import { mnistDigit } from './mnist-digit.js';
import { Pad } from './pad.js';
import { Reader, timesOf } from './reader.js';
import { drawDigit, markSample, setUp, showFailure, showModels, showReadings, showSamples, showTimes, type ByKind } from './view.js';

declare const binvitAssets: typeof import('./assets.js');

const blank = new Uint8Array(28 * 28);

async function start(): Promise<void> {
  const { wasm, binary, float, measured: { models, samples: packed, testImages } } = binvitAssets;
  const engine = await startWasmEngine(wasm);
  const readers: ByKind<Reader> = { binary: new Reader(binary, 'binary.safetensors', engine), float: new Reader(float, 'float.safetensors', engine) };
  setUp();
  showModels(
    { binary: readers.binary.bytes, float: readers.float.bytes }, { binary: models.binary.testAccuracy, float: models.float.testAccuracy },
    `Accuracy on the ${testImages.toLocaleString('en')} test images of MNIST, after ${models.binary.steps.toLocaleString('en')} steps of ${models.binary.batchSize} images for both. `
    + 'The time is that of this digit: the median of alternating rounds in this browser, on one thread, without what the page does around it.');

  let timing: ReturnType<typeof setTimeout> | undefined;
  const show = (pixels: Uint8Array | null, done: boolean): void => {
    clearTimeout(timing);
    showReadings(pixels === null ? null : { binary: readers.binary.read(pixels), float: readers.float.read(pixels) }, pixels ?? blank);
    if (pixels === null) showTimes(null);
    // After the answer is on the screen.
    else if (done) {
      timing = setTimeout(() => {
        const [ofBinary, ofFloat] = timesOf([readers.binary, readers.float], pixels) as [number, number];
        showTimes({ binary: ofBinary, float: ofFloat });
      }, 50);
    }
  };

  const pad = new Pad(document.querySelector<HTMLCanvasElement>('#pad')!, done => {
    markSample(null);
    show(mnistDigit(pad.drawing), done);
  });
  document.querySelector('#clear')!.addEventListener('click', () => {
    pad.clear();
    markSample(null);
    show(null, true);
  });
  const samples = packed.map(({ label, image, pixels }) => ({ label, image, pixels: Uint8Array.from(atob(pixels), character => character.charCodeAt(0)) }));
  const choose = (index: number): void => {
    const { pixels } = samples[index]!;
    const digit = Object.assign(document.createElement('canvas'), { width: 28, height: 28 });
    drawDigit(digit, pixels);
    pad.showExample(digit);
    markSample(index);
    show(pixels, true);
  };
  showSamples(samples, choose);
  choose(0);
}

start().catch(showFailure);
