/** What the renderer uses of the editor's interface for notebook renderers. */
declare module 'vscode-notebook-renderer' {
  interface OutputItem {
    readonly id: string;
    json(): unknown;
  }
  interface Renderer {
    renderOutputItem(item: OutputItem, element: HTMLElement, signal: AbortSignal): void;
    /** @param id of the output that is gone; all are gone when it is left out */
    disposeOutputItem(id?: string): void;
  }
  export type ActivationFunction = () => Renderer;
}
