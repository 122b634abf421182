/** What the renderer uses of the editor's interface for notebook renderers. */
declare module 'vscode-notebook-renderer' {
  interface OutputItem {
    readonly id: string;
    text(): string;
  }
  interface Renderer {
    renderOutputItem(item: OutputItem, element: HTMLElement, signal: AbortSignal): void;
    /** @param id of the output that is gone; all are gone when it is left out */
    disposeOutputItem(id?: string): void;
  }
  /** The way to the extension; the editor leaves it out where the extension does not run. */
  export interface RendererContext {
    readonly postMessage?: (message: unknown) => void;
    readonly onDidReceiveMessage?: (listener: (message: unknown) => void) => void;
  }
  export type ActivationFunction = (context: RendererContext) => Renderer;
}
