import type { EngineFunctions } from './engine.js';

/** Elements of the scratch memory that a head of attention may take (`Scratch::work` in `native/kernels/parallel.h`). */
const scratchElements = 2 ** 19;
/** Tokens and features of a head of binary attention, of which it keeps some rows (`native/kernels/binary_attention.cpp`). */
const mostBinary = 2 ** 14;
/** Words of the scratch memory for the bits of a head (`Scratch::inputBits`). */
const scratchWords = 2 ** 16;

function checkHead(tokens: number, headDim: number): void {
  const [t, d] = [tokens, headDim].map(size => Math.ceil(size / 16) * 16) as [number, number];
  if (t * (4 * d + 128) + 192 * d > scratchElements) {
    throw new RangeError(
      `The engine's attention was asked for ${tokens} tokens with heads of ${headDim}, which its scratch memory cannot hold.`);
  }
}

function checkBinaryHead(tokens: number, headDim: number): void {
  if (Math.max(tokens, headDim) > mostBinary || tokens * Math.ceil(headDim / 32) > scratchWords) {
    throw new RangeError(`The engine's binary attention was asked for ${tokens} tokens with heads of ${headDim}, which its scratch memory cannot hold.`);
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
    packedAttention(
      qkv, queryShift, keyShift, valueShift, queryScale, keyScale, valueScale, keys, values, output, probabilities, batch, tokens, heads, headDim, ...rest
    ) {
      checkBinaryHead(tokens, headDim);
      return functions.packedAttention(
        qkv, queryShift, keyShift, valueShift, queryScale, keyScale, valueScale, keys, values, output, probabilities, batch, tokens, heads, headDim, ...rest);
    },
  };
}
