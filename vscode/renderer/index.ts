import Plotly, { type Figure } from 'plotly.js-dist';
import type { ActivationFunction, RendererContext } from 'vscode-notebook-renderer';
import type { PictureOrder, RendererMessage } from './messages.js';
import { drawPicture } from './picture.js';
import { type EditorColors, themedLayout } from './theme.js';

/** Draws figures of type `application/vnd.plotly.v1+json` in the editor's colours, redraws them in place, and draws pictures for the file. */
export const activate: ActivationFunction = context => {
  takeOrders(context);
  const places = new Map<string, FigurePlace>();
  new MutationObserver(() => {
    for (const place of places.values()) place.draw();
  }).observe(document.body, { attributes: true, attributeFilter: ['class'] });

  return {
    renderOutputItem(item, element) {
      // A newer version of an output comes with the id and the element of the older one.
      let place = places.get(item.id);
      if (place?.parent !== element) {
        place?.remove();
        place = new FigurePlace(element);
        places.set(item.id, place);
      }
      place.show(item.text());
    },
    disposeOutputItem(id) {
      for (const [key, place] of places) {
        if (id !== undefined && key !== id) continue;
        place.remove();
        places.delete(key);
      }
    },
  };
};

/** Draws what the extension orders, one picture after another. */
function takeOrders({ postMessage, onDidReceiveMessage }: RendererContext): void {
  const send = (message: RendererMessage): void => { postMessage?.(message); };
  let last = Promise.resolve();
  onDidReceiveMessage?.(message => {
    const { id, figure } = message as PictureOrder;
    last = last.then(async () => {
      const picture = await drawPicture(figure).catch(() => null);
      send({ type: 'picture', id, picture });
    });
  });
  send({ type: 'ready' });
}

/** One figure in the page. */
class FigurePlace {
  readonly parent: HTMLElement;
  readonly #element = document.createElement('div');
  readonly #resize = new ResizeObserver(() => {
    if (this.#element.clientWidth !== this.#width) this.draw();
  });
  #text = '';
  #figure: Figure | null = null;
  #width = 0;

  constructor(parent: HTMLElement) {
    this.parent = parent;
    parent.replaceChildren(this.#element);
    this.#resize.observe(this.#element);
  }

  /** @param text the figure in JSON; an output comes again when only its picture is new, and drawing it would undo the reader's zoom */
  show(text: string): void {
    if (text === this.#text) return;
    this.#text = text;
    this.#figure = JSON.parse(text) as Figure;
    this.draw();
  }

  draw(): void {
    const width = this.#element.clientWidth;
    if (this.#figure === null || width === 0) return;
    this.#width = width;
    const { data, layout = {}, config, frames = [] } = this.#figure;
    // Plotly writes into what it is given.
    const figure = structuredClone({ data, layout: themedLayout({ ...layout }, editorColors(), width), config: { displaylogo: false, ...config }, frames });
    void Plotly.react(this.#element, figure);
  }

  remove(): void {
    this.#resize.disconnect();
    Plotly.purge(this.#element);
    this.#element.remove();
  }
}

function editorColors(): EditorColors {
  const style = getComputedStyle(document.body);
  const color = (name: string, otherwise: string): string => style.getPropertyValue(`--vscode-${name}`).trim() || otherwise;
  const { classList } = document.body;
  const highContrast = classList.contains('vscode-high-contrast') || classList.contains('vscode-high-contrast-light');
  const text = color('editor-foreground', '#808080');
  return {
    text,
    grid: highContrast ? text : 'rgba(128,128,128,0.25)',
    line: highContrast ? text : 'rgba(128,128,128,0.8)',
    hoverText: color('editorHoverWidget-foreground', text),
    hoverBackground: color('editorHoverWidget-background', '#808080'),
  };
}
