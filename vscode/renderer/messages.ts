/** What the extension asks the renderer for: a picture of a figure, given as JSON text. */
export interface PictureOrder {
  readonly id: number;
  readonly figure: string;
}

/** An SVG document, or a PNG in base64. */
export interface Picture {
  readonly type: 'image/svg+xml' | 'image/png';
  readonly data: string;
}

/** What the renderer tells: that it is there, and the picture of an order, `null` where the figure cannot be drawn. */
export type RendererMessage = { readonly type: 'ready' } | { readonly type: 'picture'; readonly id: number; readonly picture: Picture | null };
