import { createRequire } from 'node:module';
import type ts from 'typescript';

/**
 * TypeScript itself. Required, not imported: an `import` of a CommonJS module makes Node scan its 9 MB for the names of its
 * exports first.
 */
export const typescript = createRequire(import.meta.url)('typescript') as typeof ts;
