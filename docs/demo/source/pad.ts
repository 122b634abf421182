import type { Drawing } from './mnist-digit.js';

/** Pixels of the pen, of 280: the strokes of MNIST are a tenth of a digit's height. */
const pen = 22;

/** A canvas to draw on, white on black. */
export class Pad {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  /** Whether it shows an example, which the first stroke replaces. */
  #example = false;
  #last: { readonly x: number; readonly y: number } | null = null;

  /** @param changed is called with every change, and `done` at the end of a stroke */
  constructor(canvas: HTMLCanvasElement, changed: (done: boolean) => void) {
    this.#canvas = canvas;
    this.#context = canvas.getContext('2d', { willReadFrequently: true })!;
    this.clear();
    canvas.addEventListener('pointerdown', event => {
      if (event.button !== 0 || !event.isPrimary) return;
      canvas.setPointerCapture(event.pointerId);
      if (this.#example) this.clear();
      this.#stroke(event);
      changed(false);
    });
    canvas.addEventListener('pointermove', event => {
      if (this.#last === null || !event.isPrimary) return;
      this.#stroke(event);
      changed(false);
    });
    const end = ({ isPrimary }: PointerEvent): void => {
      if (this.#last === null || !isPrimary) return;
      this.#last = null;
      changed(true);
    };
    canvas.addEventListener('pointerup', end);
    canvas.addEventListener('pointercancel', end);
  }

  clear(): void {
    this.#example = false;
    this.#last = null;
    this.#context.fillStyle = '#000';
    this.#context.fillRect(0, 0, this.#canvas.width, this.#canvas.height);
  }

  /** Shows an image of MNIST. */
  showExample(digit: HTMLCanvasElement): void {
    this.clear();
    this.#example = true;
    this.#context.imageSmoothingEnabled = false;
    this.#context.drawImage(digit, 0, 0, this.#canvas.width, this.#canvas.height);
  }

  get drawing(): Drawing {
    const { width, height } = this.#canvas;
    const { data } = this.#context.getImageData(0, 0, width, height);
    return { width, height, ink: Uint8Array.from({ length: width * height }, (_, at) => data[4 * at]!) };
  }

  #stroke({ clientX, clientY }: PointerEvent): void {
    const { left, top, width, height } = this.#canvas.getBoundingClientRect();
    const to = { x: (clientX - left) * this.#canvas.width / width, y: (clientY - top) * this.#canvas.height / height };
    const from = this.#last ?? to;
    Object.assign(this.#context, { strokeStyle: '#fff', lineWidth: pen, lineCap: 'round', lineJoin: 'round' });
    this.#context.beginPath();
    this.#context.moveTo(from.x, from.y);
    this.#context.lineTo(to.x, to.y);
    this.#context.stroke();
    this.#last = to;
  }
}
