/** What the renderer calls of Plotly, which has no types of its own. */
declare module 'plotly.js-dist' {
  interface Figure {
    readonly data: readonly object[];
    readonly layout?: object;
    readonly config?: object;
    readonly frames?: readonly object[];
  }
  const Plotly: {
    /** Draws a figure, or brings an element's figure up to date with as little drawing as possible. */
    react(element: HTMLElement, figure: Figure): Promise<unknown>;
    newPlot(element: HTMLElement, figure: Figure): Promise<{ readonly _fullLayout: { readonly _uid: string } }>;
    Snapshot: { toSVG(element: HTMLElement, format: 'svg'): string };
    purge(element: HTMLElement): void;
  };
  export default Plotly;
  export type { Figure };
}
