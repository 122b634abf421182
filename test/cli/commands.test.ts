import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const main = join(import.meta.dirname, '../../dist/cli/main.js');
const folder = mkdtempSync(join(tmpdir(), 'binvit-cli-'));
afterAll(() => { rmSync(folder, { recursive: true }); });

function binvit(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [main, ...args], { encoding: 'utf8', cwd: folder });
}

describe('binvit', () => {
  it.each(['reproduce', 'train', 'tune', 'summary', 'analyze', 'compare', 'figures', 'import', 'pack', 'verify', 'classify', 'report', 'bench'])('%s --help describes its options and ends with 0', command => {
    const { status, stdout } = binvit(command, '--help');
    expect(status).toBe(0);
    expect(stdout).toContain('--json');
  });

  it('--help lists every command, --version tells the version, and a command that is nearly right is suggested', () => {
    const { stdout } = binvit('--help');
    const commands = ['reproduce', 'train', 'tune', 'summary', 'analyze', 'compare', 'import', 'binarize', 'pack', 'verify', 'classify', 'export', 'report', 'kernel', 'notebook', 'bench'];
    for (const command of commands) expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
    expect(binvit('--version').stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(binvit('trian')).toMatchObject({ status: 2, stderr: expect.stringContaining('(Did you mean train?)') as string });
  });

  it('summary prints the published number of operations of DeiT-T', () => {
    const { status, stdout } = binvit('summary', '--model', 'deit_tiny', '--where', 'all', '--attention-products', '--json');
    expect(status).toBe(0);
    // 48.2 M: DeiT-T with everything in the encoder at 1 bit, by the counting of BiViT (arXiv 2211.07091).
    expect((JSON.parse(stdout) as { total: { ops: number } }).total.ops / 1e6).toBeCloseTo(48.2, 1);
  });

  it('analyze and compare tell of every layer of a run, and say when there is none', () => {
    const out = join(folder, 'analyzed');
    expect(binvit('train', '--where', 'mlp', '--method', 'bwn', '--steps', '1', '--out', out).status).toBe(0);
    const rows = JSON.parse(binvit('analyze', out, '--json').stdout) as { name: string; binary: boolean }[];
    expect(rows.filter(row => row.binary).map(row => row.name)).toEqual(
      [0, 1, 2, 3].flatMap(block => [`blocks.${block}.mlp.fc1`, `blocks.${block}.mlp.fc2`]));
    expect(binvit('analyze', out).stdout.split('\n')[2]).toMatch(/^patch_embed\.proj +49x64 .* float: nothing is binarized$/);
    const heads = JSON.parse(binvit('analyze', out, '--attention', '--json').stdout) as { entropy: number }[];
    expect(heads).toHaveLength(16);
    // 16 tokens: at most 4 bits.
    for (const { entropy } of heads) expect(entropy).toBeLessThanOrEqual(4 + 1e-5);
    const { layers, similarity } = JSON.parse(binvit('compare', out, out, '--json').stdout) as { layers: { change: number }[]; similarity: { rows: string[] } };
    expect(layers.map(({ change }) => change)).toEqual(Array(18).fill(0));
    expect(similarity.rows).toEqual(['blocks.0', 'blocks.1', 'blocks.2', 'blocks.3']);
    const { stdout } = binvit('figures', out, '--out', join(folder, 'figures'), '--format', 'svg', '--column', 'single');
    expect(stdout.split('\n').map(line => /([\w-]+)\.svg: /.exec(line)?.[1])).toEqual(
      ['architecture', 'cost', 'scale-history', 'saturation', 'sign-balance', 'spectra', 'weights', 'scale-optimum', undefined]);
    expect(readFileSync(join(folder, 'figures', 'weights.svg'), 'utf8')).toContain('width="3.3in"');
    const missing = binvit('analyze', join(folder, 'nowhere'));
    expect(missing.status).toBe(1);
    expect(missing.stderr).toContain('expected the folder of a run, or a model or checkpoint file, found nothing there');
  });

  it('a wrong file is named in words, not in codes of the system', () => {
    const said = (...args: string[]): string => {
      const { status, stderr } = binvit(...args);
      expect(status).toBe(1);
      return stderr;
    };
    const notebook = join(folder, 'none.ipynb');
    expect(said('notebook', 'run', notebook)).toBe(`binvit: ${notebook}: there is no such file or folder\n`);
    writeFileSync(join(folder, 'config.json'), '{"model_type": "vit"}');
    expect(said('compare', folder, folder)).toContain('config.json: expected the configuration of a run of binvit, found another kind of file');
    writeFileSync(join(folder, 'train.json'), '{"data": {"name": "mnist"}}');
    expect(said('train', '--config', join(folder, 'train.json'))).toBe('binvit: train config.model: expected the configuration of a ViT, found nothing\n');
    rmSync(join(folder, 'config.json'));
  });

  it('train takes pictures of one\'s own, for a new model and for an imported one', () => {
    const pictures = join(folder, 'pictures');
    for (const part of ['train', 'test']) cpSync(join(import.meta.dirname, '../fixtures/cases/images/plain'), join(pictures, part), { recursive: true });
    for (const name of ['a', 'b']) for (const copy of [1, 2, 3]) cpSync(join(pictures, `train/${name}/ok.png`), join(pictures, `train/${name}/${copy}.png`));
    const short = ['--data', 'images', '--data-dir', pictures, '--steps', '1', '--batch-size', '2', '--json'];
    const trained = binvit('train', '--out', join(folder, 'new'), ...short);
    expect(trained.stderr).not.toContain('binvit:');
    expect(JSON.parse(readFileSync(join(folder, 'new/config.json'), 'utf8'))).toMatchObject({ config: { model: { imgSize: 28, inChans: 3, numClasses: 2 }, data: { validation: 1 } } });
    const weights = join(folder, 'start.safetensors');
    binvit('import', join(import.meta.dirname, '../fixtures/weights/timm-vit'), '--classes', '2', '--out', weights);
    expect(binvit('train', '--from', weights, '--out', join(folder, 'tuned'), ...short).status).toBe(0);
    expect(JSON.parse(readFileSync(join(folder, 'tuned/config.json'), 'utf8'))).toMatchObject({ config: { model: { imgSize: 32 }, initial: { path: weights } } });
    expect(binvit('train', '--data', 'images').stderr).toContain('--data images: expected --data-dir, the folder with train and test, found none');
  });

  it('import tells of every tensor, and writes a model that analyze reads, as it reads the weights themselves', () => {
    const weights = join(import.meta.dirname, '../fixtures/weights/timm-deit-distilled');
    const out = join(folder, 'imported.safetensors');
    const { status, stdout } = binvit('import', weights, '--where', 'mlp', '--method', 'bwn', '--classes', '5', '--out', out);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^created  head_dist\.weight .*drawn$/m);
    expect(stdout).toContain(`model in ${out}`);
    const rows = (path: string): { name: string; binary: boolean; shape: number[]; weights: unknown }[] =>
      JSON.parse(binvit('analyze', path, '--json').stdout) as ReturnType<typeof rows>;
    const [imported, foreign] = [rows(out), rows(weights)];
    expect(imported.filter(({ binary }) => binary).map(({ name }) => name)).toEqual([0, 1].flatMap(block => [`blocks.${block}.mlp.fc1`, `blocks.${block}.mlp.fc2`]));
    expect([imported, foreign].map(table => table.at(-1))).toMatchObject([{ name: 'head_dist', shape: [36, 5] }, { name: 'head_dist', shape: [36, 10] }]);
    expect(imported.slice(0, -2).map(row => row.weights)).toEqual(foreign.slice(0, -2).map(row => row.weights));
    const { layers } = JSON.parse(binvit('compare', weights, weights, '--json').stdout) as { layers: { change: number }[] };
    expect(layers.map(({ change }) => change)).toEqual(layers.map(() => 0));
    expect(binvit('compare', out, out).stdout).toMatch(/^blocks\.1\.mlp\.fc2 .*100\.0 %/m);
    const drawn = (path: string): string[] =>
      (JSON.parse(binvit('figures', path, '--out', join(folder, 'of-model'), '--json').stdout) as { id: string }[]).map(({ id }) => id);
    expect(drawn(weights)).toEqual(['architecture', 'cost', 'sign-balance', 'spectra']);
    expect(drawn(out)).toEqual(['architecture', 'cost', 'sign-balance', 'spectra', 'weights', 'scale-optimum']);
    expect(binvit('figures', out, '--out', folder, '--images').stderr).toContain('expected the folder of a finished run for --images');
    const wrong = binvit('import', join(import.meta.dirname, '../fixtures/cases/vit/timm.safetensors'), '--json');
    expect(wrong).toMatchObject({ status: 1, stderr: expect.stringContaining('pass numHeads') as string });
  });

  it('summary names the binarized layers of a plan', () => {
    const { stdout } = binvit('summary', '--plan', '--where', 'mlp');
    expect(stdout).toContain('fc1');
    expect(stdout).toContain('xnor-net');
  });

  it('train writes a run, and the same command again returns its result without training', () => {
    const out = join(folder, 'run');
    const first = binvit('train', '--where', 'mlp', '--method', 'bwn', '--steps', '3', '--batch-size', '16', '--out', out, '--json');
    expect(first.stderr).not.toContain('binvit:');
    expect(first.status).toBe(0);
    expect(existsSync(join(out, 'model.safetensors'))).toBe(true);
    const again = binvit('train', '--where', 'mlp', '--method', 'bwn', '--steps', '3', '--batch-size', '16', '--out', out, '--json');
    expect(JSON.parse(again.stdout)).toEqual(JSON.parse(first.stdout));
    expect(binvit('train', '--where', 'mlp', '--method', 'bwn', '--steps', '4', '--batch-size', '16', '--out', out)).toMatchObject({
      status: 1, stderr: expect.stringContaining('steps') as string,
    });
  });

  it('bench measures a backend', () => {
    const { status, stdout } = binvit('bench', '--backend', 'wasm', '--rounds', '1', '--batch-size', '4', '--json');
    expect(status).toBe(0);
    expect((JSON.parse(stdout) as { step: string; imagesPerSecond: number }[]).map(row => [row.step, row.imagesPerSecond > 0]))
      .toEqual([['float', true], ['W1A1', true]]);
  });

  const damaged = join(folder, 'damaged.json');
  writeFileSync(damaged, '{"model": {}');

  it.each([
    ['an unknown option', ['train', '--stepz', '3'], 2, '--stepz'],
    ['an unknown command', ['trian'], 2, 'trian'],
    ['a value outside what is allowed', ['train', '--where', 'head'], 2, 'none, mlp, mhsa, all'],
    ['a number that is none', ['train', '--steps', 'many'], 2, 'whole number of at least 1'],
    ['a folder without results', ['report', 'nowhere'], 1, 'nowhere'],
    ['a configuration that is no JSON', ['train', '--config', damaged], 1, damaged],
    ['a data folder that is not there', ['train', '--data', 'fashion-mnist', '--data-dir', 'nowhere'], 1, 'nowhere'],
  ])('%s ends with one sentence that names it', (_, args, status, named) => {
    const result = binvit(...args);
    expect(result.status).toBe(status);
    expect(result.stderr).toContain(named);
    expect(result.stderr).not.toContain('    at ');
  });

  it('prints the stack of an error only with --verbose', () => {
    expect(binvit('--verbose', 'report', 'nowhere').stderr).toContain('    at ');
  });

  it('names the version of the package', () => {
    const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as { version: string };
    expect(binvit('--version').stdout.trim()).toBe(version);
  });
});
