import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { Random, useBackend } from '../../src/backend/index.js';
import { presetPlan } from '../../src/binarize/index.js';
import type * as Browser from '../../src/inference/browser.js';
import { attentionRollout, PackedModel, readPackedFile, writePackedFile } from '../../src/inference/index.js';
import { loadEngine } from '../../src/kernels/index.js';
import { buildVit, vitPresets } from '../../src/models/index.js';
import { packModel } from '../../src/packing/index.js';
import { chromiumPath, launchChromium } from '../figures/chromium.js';
import { temporaryFolder } from '../temporary-folder.js';

const root = join(import.meta.dirname, '../..');
const folder = temporaryFolder();
const images = (() => {
  const random = Random.seeded(3);
  return Float32Array.from({ length: 2 * 64 }, () => random.normal());
})();
let code: string;
let wasm: Buffer;
let packed: Buffer;
let expected: { logits: number[]; rollout: number[] };

/** What a page does with the bundle, in the words of a page. */
const run = `(async () => {
  const engine = await binvit.startWasmEngine(wasm);
  const model = binvit.PackedModel.from(binvit.parsePackedFile(packed, 'the model'), engine);
  const logits = [...model.run(images)];
  return { logits, rollout: [...binvit.attentionRollout(model, images.subarray(0, 64))] };
})()`;

beforeAll(async () => {
  const { outputFiles } = await build({
    entryPoints: [join(root, 'src/inference/browser.ts')], bundle: true, minify: true, platform: 'browser', format: 'iife', globalName: 'binvit', write: false,
  });
  code = outputFiles[0]!.text;
  wasm = readFileSync(join(root, 'native/binvit.wasm'));
  await useBackend('cpu');
  const config = { ...vitPresets.vit_nano, imgSize: 8, patchSize: 4, embedDim: 24, numHeads: 2, depth: 2, numClasses: 3 };
  const path = folder.path('packed.safetensors');
  writePackedFile(path, packModel(buildVit(config, presetPlan('all', 'xnor-net', { attentionProducts: true }), Random.seeded(1)), {
    preprocessing: null, classes: null, provenance: {},
  }));
  packed = readFileSync(path);
  const model = PackedModel.from(readPackedFile(path), loadEngine('wasm'));
  expected = { logits: [...model.run(images)], rollout: [...attentionRollout(model, images.subarray(0, 64))] };
});

describe('binvit/browser, bundled', () => {
  // For a browser esbuild refuses what only Node has; a name that is put together at run time would pass it.
  it('names no module of Node', () => {
    expect(code).not.toMatch(/node:|require\(|process\.|import\(/);
  });

  it('gives the logits and the attention that Node gives, where there is nothing but what browsers have too', async () => {
    const context = createContext({ TextDecoder, URL, wasm, packed, images });
    runInContext(code, context);
    const found = await (runInContext(run, context) as Promise<typeof expected>);
    expect(JSON.parse(JSON.stringify(found))).toEqual(expected);
  });

  it('says what is wrong with a file, and where the engine was not found', async () => {
    const context = createContext({
      TextDecoder, URL, packed: packed.subarray(0, 500), fetch: () => Promise.resolve(new Response('', { status: 404 })),
    });
    runInContext(code, context);
    const { parsePackedFile, startWasmEngine } = runInContext('binvit', context) as typeof Browser;
    expect(() => parsePackedFile(packed.subarray(0, 500), 'the model')).toThrow(/^the model: expected a header of at most 492 bytes/);
    await expect(startWasmEngine(new URL('https://example.org/binvit.wasm'))).rejects.toThrow('https://example.org/binvit.wasm: expected the WASM build of the engine, found status 404');
  });

  it.skipIf(chromiumPath === null)(`gives them in Chromium too${chromiumPath === null ? ' (skipped: no Chromium found)' : ''}`, async () => {
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      const problems: string[] = [];
      page.on('pageerror', error => problems.push(error.message));
      await page.addScriptTag({ content: code });
      await page.evaluate(([base64s, values]) => {
        const bytes = (base64: string): Uint8Array => Uint8Array.from(atob(base64), character => character.charCodeAt(0));
        Object.assign(globalThis, { wasm: bytes(base64s[0]), packed: bytes(base64s[1]), images: Float32Array.from(values) });
      }, [[wasm.toString('base64'), packed.toString('base64')], [...images]] as const);
      expect(await page.evaluate(run)).toEqual(expected);
      expect(problems).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});
