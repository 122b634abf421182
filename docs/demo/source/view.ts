import type { Reading } from './reader.js';

/** Whose column, bar or map it is. */
export const kinds = ['binary', 'float'] as const;
export type ByKind<Value> = Readonly<Record<typeof kinds[number], Value>>;

const names: ByKind<string> = { binary: '1 bit', float: 'float' };
/** Of the patch that is looked at most, so that the digit is seen through it. */
const strongest = 0.65;

const element = (selector: string): HTMLElement => document.querySelector(selector)!;
const percent = (share: number, digits = 1): string => `${(100 * share).toFixed(digits)} %`;

/** An image of MNIST on a canvas of its size. */
export function drawDigit(canvas: HTMLCanvasElement, pixels: Uint8Array): void {
  const context = canvas.getContext('2d')!;
  const image = context.createImageData(canvas.width, canvas.height);
  pixels.forEach((value, at) => { image.data.set([value, value, value, 255], 4 * at); });
  context.putImageData(image, 0, 0);
}

/** Ten rows of bars, and the patches of the maps. */
export function setUp(): void {
  element('#classes tbody').replaceChildren(...Array.from({ length: 10 }, (_, digit) => {
    const row = document.createElement('tr');
    const head = Object.assign(document.createElement('th'), { scope: 'row', textContent: String(digit) });
    row.append(head, ...kinds.map(kind => {
      const cell = document.createElement('td');
      const bar = Object.assign(document.createElement('div'), { className: `bar ${kind}` });
      const progress = Object.assign(document.createElement('progress'), { max: 1, value: 0 });
      // The number beside it says the same.
      progress.setAttribute('aria-hidden', 'true');
      bar.append(progress, document.createElement('span'));
      cell.append(bar);
      return cell;
    }));
    return row;
  }));
  for (const kind of kinds) {
    const patches = Object.assign(document.createElement('div'), { className: 'patches' });
    patches.append(...Array.from({ length: 16 }, () => document.createElement('span')));
    element(`#map-${kind}`).append(patches);
    element(`#map-${kind}`).setAttribute('role', 'img');
  }
}

/** A button for each of some images of MNIST. */
export function showSamples(samples: readonly { readonly label: number; readonly image: number; readonly pixels: Uint8Array }[], chosen: (index: number) => void): void {
  element('#samples').replaceChildren(...samples.map(({ label, image, pixels }, index) => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 28, height: 28 });
    drawDigit(canvas, pixels);
    const button = Object.assign(document.createElement('button'), { type: 'button' });
    button.setAttribute('aria-label', `Test image ${image}, a ${label}`);
    button.setAttribute('aria-pressed', 'false');
    button.append(canvas);
    button.addEventListener('click', () => { chosen(index); });
    return button;
  }));
}

/** Marks one button, or none. */
export function markSample(index: number | null): void {
  document.querySelectorAll('#samples button').forEach((button, at) => { button.setAttribute('aria-pressed', String(at === index)); });
}

/** What the models say of a digit; null for nothing. */
export function showReadings(readings: ByKind<Reading> | null, pixels: Uint8Array): void {
  element('#answer').textContent = readings === null ? 'Nothing is drawn yet.' : kinds.map(kind => {
    const { digit, probabilities } = readings[kind];
    return `${names[kind]}: ${digit} (${percent(probabilities[digit]!)})`;
  }).join(', ');
  document.querySelectorAll('#classes tbody tr').forEach((row, digit) => {
    row.classList.toggle('chosen', readings?.binary.digit === digit);
    kinds.forEach((kind, column) => {
      const probability = readings?.[kind].probabilities[digit];
      const bar = row.querySelectorAll('.bar')[column]!;
      bar.querySelector('progress')!.value = probability ?? 0;
      bar.querySelector('span')!.textContent = probability === undefined ? '' : percent(probability);
    });
  });
  const shares = readings === null ? [] : kinds.flatMap(kind => [...readings[kind].attention]);
  const [least, most] = [Math.min(...shares), Math.max(...shares)];
  element('#least').textContent = readings === null ? '' : percent(least);
  element('#most').textContent = readings === null ? '' : percent(most);
  for (const kind of kinds) showMap(element(`#map-${kind}`), names[kind], readings?.[kind].attention ?? null, pixels, { least, most });
}

function showMap(
  map: HTMLElement, name: string, attention: Float32Array | null, pixels: Uint8Array, { least, most }: { readonly least: number; readonly most: number },
): void {
  drawDigit(map.querySelector('canvas')!, pixels);
  map.querySelectorAll<HTMLElement>('.patches span').forEach((patch, at) => {
    patch.style.opacity = attention === null ? '0' : String(strongest * (attention[at]! - least) / (most - least));
  });
  const top = attention === null ? 0 : attention.indexOf(Math.max(...attention));
  map.setAttribute('aria-label', attention === null ? `Attention of the ${name} model: nothing is drawn yet`
    : `Attention of the ${name} model: most, ${percent(attention[top]!)}, on the patch in row ${Math.floor(top / 4) + 1}, column ${top % 4 + 1}`);
}

/** A row of the table of costs. */
function showCost(row: 'accuracy' | 'bytes' | 'time', values: ByKind<string>, ratio: string): void {
  const cells = document.querySelectorAll(`#cost-${row} td`);
  [values.binary, values.float, ratio].forEach((text, at) => { cells[at]!.textContent = text; });
}

/** What does not depend on the digit. */
export function showModels(bytes: ByKind<number>, accuracy: ByKind<number>, note: string): void {
  const points = 100 * (accuracy.float - accuracy.binary);
  showCost('accuracy', { binary: percent(accuracy.binary, 2), float: percent(accuracy.float, 2) }, `${Math.abs(points).toFixed(2)} points ${points < 0 ? 'more' : 'less'}`);
  const kilobytes = (count: number): string => `${(count / 1000).toFixed(1)} kB`;
  showCost('bytes', { binary: kilobytes(bytes.binary), float: kilobytes(bytes.float) }, `${(bytes.float / bytes.binary).toFixed(1)} times smaller`);
  element('#measured').textContent = note;
}

/** Milliseconds of a run of each model; null for unknown. */
export function showTimes(times: ByKind<number> | null): void {
  const milliseconds = (time: number): string => `${time.toFixed(3)} ms`;
  if (times === null) showCost('time', { binary: '', float: '' }, '');
  else {
    const factor = times.float / times.binary;
    showCost('time', { binary: milliseconds(times.binary), float: milliseconds(times.float) }, factor < 1 ? `${(1 / factor).toFixed(1)} times slower` : `${factor.toFixed(1)} times faster`);
  }
}

/** In place of an answer: why there is none. */
export function showFailure(error: unknown): void {
  element('#answer').textContent = `The models cannot run here: ${error instanceof Error ? error.message : String(error)}`;
}
