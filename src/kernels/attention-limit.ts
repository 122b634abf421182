import type { EngineFunctions } from './engine.js';

/** Elements of the scratch memory that a head of attention may take (`Scratch::work` in `native/kernels/parallel.h`). */
const scratchElements = 2 ** 19;

function checkHead(tokens: number, headDim: number): void {
  const [t, d] = [tokens, headDim].map(size => Math.ceil(size / 16) * 16) as [number, number];
  if (t * (4 * d + 128) + 192 * d > scratchElements) {
    throw new RangeError(
      `The engine's attention was asked for ${tokens} tokens with heads of ${headDim}, which its scratch memory cannot hold.`);
  }
}

/** The functions, with attention refusing sizes that `native/binvit.h` excludes. */
export function withAttentionLimit(functions: EngineFunctions): EngineFunctions {
  return {
    ...functions,
    attentionForward(qkv, probabilities, output, batch, tokens, heads, headDim) {
      checkHead(tokens, headDim);
      functions.attentionForward(qkv, probabilities, output, batch, tokens, heads, headDim);
    },
    attentionBackward(qkv, probabilities, doutput, dqkv, batch, tokens, heads, headDim) {
      checkHead(tokens, headDim);
      functions.attentionBackward(qkv, probabilities, doutput, dqkv, batch, tokens, heads, headDim);
    },
  };
}
