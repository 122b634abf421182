import { execFileSync } from 'node:child_process';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { presetPlan, type BinarizationPlan } from '../../src/binarize/index.js';
import { architectureFigure, attentionMapsFigure, bandOf, paretoFront, points, printed, scalesFigure, weightsFigure } from '../../src/figures/index.js';
import { vitPresets } from '../../src/models/index.js';
import { sampleFigures, sampleLayer } from './sample.js';

const builtModule = new URL('../../dist/figures/index.js', import.meta.url).href;

describe('figures', () => {
  it.each(Object.entries(sampleFigures()))('%s is plain JSON with a size, a caption and an alternative text', (_, figure) => {
    expect(JSON.parse(JSON.stringify(figure))).toEqual(figure);
    expect(figure.layout.width).toBeGreaterThan(0);
    expect(figure.layout.height).toBeGreaterThan(0);
    expect(figure.caption.length).toBeGreaterThan(40);
    expect(figure.alternative).toMatch(/\d/);
  });

  it('tell in words what they show', () => {
    expect(sampleFigures().accuracy!.alternative).toContain('XNOR-Net, MLP only: 91.0 (95 % interval 78.3 to 103.7, n = 2)');
    expect(sampleFigures().accuracy!.alternative).toContain('XNOR-Net, MLP and MHSA: 80.0 (no interval, n = 1)');
    expect(sampleFigures().differences!.alternative).toContain('MLP only \u2212 all: \u22121.0 [\u2013], n = 1, undecided');
  });

  it('can be made in plain Node and in a worker, where no document exists', async () => {
    const program = `import(${JSON.stringify(builtModule)}).then(({ accuracyFigure }) => { if (accuracyFigure([]).data.length !== 0) throw new Error('a trace'); })`;
    execFileSync(process.execPath, ['-e', program]);
    const code = await new Promise(resolve => new Worker(program, { eval: true }).on('exit', resolve));
    expect(code).toBe(0);
  });
});

describe('weightsFigure', () => {
  it('does not grow with the number of weights', () => {
    const size = (weights: number): number => JSON.stringify(weightsFigure({ where: 'all', method: 'bwn', layers: [sampleLayer('a', weights)] })).length;
    expect(size(1_000_000)).toBeLessThan(1.2 * size(1000));
  });

  it('counts weights that are not finite and draws none of them', () => {
    const figure = weightsFigure({ where: 'all', method: 'bwn', layers: [{ layer: 'a', latent: [NaN, 0.5, -Infinity], scales: [NaN] }] });
    expect(figure.caption).toContain('2 weights not finite, in no bin');
    expect(JSON.stringify(figure.data)).not.toContain('null');
  });

  it('shows every bin and every mark within its frame', () => {
    const { data, layout } = weightsFigure({ where: 'all', method: 'bnn', layers: [{ layer: 'a', latent: [0.1, -0.3, 0.01], scales: [1] }, sampleLayer('b', 1000)] });
    const { range: [, right] } = layout.xaxis as { range: [number, number] };
    const { range: [, top] } = layout.yaxis as { range: [number, number] };
    expect(right).toBeGreaterThan(1);
    for (const trace of data) expect(Math.max(...trace.y as number[])).toBeLessThan(top);
  });

  it('marks the sign threshold and the effective weights of both signs', () => {
    const { layout } = weightsFigure({ where: 'all', method: 'bwn', layers: [{ layer: 'a', latent: [0.1, -0.3], scales: [0.1, 0.2, 0.3] }] });
    const lines = (layout.shapes as { type: string; x0: number; x1: number }[]).filter(shape => shape.type === 'line').map(shape => shape.x0);
    expect(lines).toEqual([0, -0.2, 0.2]);
  });
});

describe('the front of cost and accuracy', () => {
  const model = fc.record({
    where: fc.constant('all'), method: fc.constant('bwn'), mean: fc.integer({ min: 0, max: 9 }).map(tenths => tenths / 10), interval: fc.constant(null),
    sizeBytes: fc.integer({ min: 1, max: 6 }), ops: fc.constant(1),
  });

  it('is what no other point beats in both, each pair of cost and accuracy once', () => {
    fc.assert(fc.property(fc.array(model, { maxLength: 12 }), points => {
      const front = paretoFront(points, ({ sizeBytes }) => sizeBytes);
      const beaten = (point: (typeof points)[number]): boolean => points.some(other =>
        other.sizeBytes <= point.sizeBytes && other.mean >= point.mean && (other.sizeBytes < point.sizeBytes || other.mean > point.mean));
      const expected = points.filter(point => !beaten(point)).map(({ sizeBytes, mean }) => `${sizeBytes} ${mean}`);
      expect(front.map(({ sizeBytes, mean }) => `${sizeBytes} ${mean}`).sort()).toEqual([...new Set(expected)].sort());
    }));
  });
});

describe('the drawing of the architecture', () => {
  const filled = (plan: BinarizationPlan): string[] => {
    const { shapes, annotations } = architectureFigure(vitPresets.vit_nano, plan).layout as unknown as {
      shapes: { type: string; x0: number; x1: number; y0: number; y1: number; fillcolor?: string }[]; annotations: { x: number; y: number; text: string }[];
    };
    return shapes.filter(({ fillcolor }) => fillcolor !== undefined).map(({ x0, x1, y0, y1 }) =>
      annotations.find(({ x, y }) => Math.abs(x - (x0 + x1) / 2) < 1e-9 && Math.abs(y - (y0 + y1) / 2) < 1e-9)!.text);
  };

  it('fills the boxes that the plan makes binary, and those around them', () => {
    expect(filled(presetPlan('none', 'bwn'))).toEqual([]);
    expect(filled(presetPlan('mlp', 'bwn'))).toEqual([
      'encoder block<br>× 4<br><b>W1 A32</b>', 'MLP<br><b>W1 A32</b>', 'fc1<br><b>W1 A32</b>', 'fc2<br><b>W1 A32</b>',
    ]);
    expect(filled(presetPlan('all', 'bnn', { attentionProducts: true })).length).toBe(11);
  });

  it('says in how many blocks a part is binary', () => {
    const [rule] = presetPlan('mlp', 'bnn').rules;
    expect(filled({ name: 'last two', activation: 'gelu', rules: [{ ...rule!, sites: ['fc2'], blocks: { from: 2, to: 3 } }] }).at(-1)).toBe('fc2<br><b>W1 A1</b> in 2 of 4');
    expect(filled({ name: 'last two', activation: 'gelu', rules: [{ ...rule!, sites: ['q'], blocks: { from: 2, to: 3 } }] }).at(-1)).toBe('q<br><b>W1 A1</b><br>in 2 of 4');
  });
});

describe('the scaling factors of several places', () => {
  it('name every place in the legend once, also one that only a later panel has', () => {
    const layer = { layer: 'blocks.0.mlp.fc1', scales: [0.1, 0.2] };
    const { data } = scalesFigure([{ ...layer, where: 'all', method: 'bwn' }, { ...layer, where: 'all', method: 'xnor-net' }, { ...layer, where: 'mlp', method: 'xnor-net' }]);
    expect(data.filter(({ showlegend }) => showlegend === true).map(({ name }) => name)).toEqual(['MLP and MHSA', 'MLP only']);
  });
});

describe('a figure for a column of a page', () => {
  const maps = { blocks: [], rollout: [1, 2, 3, 4].map(() => [0.1, 0.2, 0.3, 0.4]), side: 2 };
  const image = { label: '7', pixels: [[0, 255], [255, 0]] };
  const figure = attentionMapsFigure([image, image, image, image], [{ label: 'float', maps }]);

  it('has panels of images as high as they are wide, and no blank space between their rows', () => {
    const { width, height, margin: { l, r, t, b }, ...axes } = printed(figure, { column: 'single' }).layout as unknown as {
      width: number; height: number; margin: Record<'l' | 'r' | 't' | 'b', number>; xaxis: Axis; yaxis: Axis; yaxis5: Axis;
    };
    const side = ({ domain: [start, end] }: Axis, pixels: number): number => (end - start) * pixels;
    for (const row of [axes.yaxis, axes.yaxis5]) expect(side(row, height - t - b)).toBeCloseTo(side(axes.xaxis, width - l - r), 6);
    expect((axes.yaxis.domain[0] - axes.yaxis5.domain[1]) * (height - t - b)).toBeCloseTo(22, 6);
  });

  it('is as it was where the column is as wide as the figure', () => {
    expect(printed(figure, { column: 'double' }).layout).toMatchObject({ width: figure.layout.width, height: figure.layout.height - 30 });
  });
});

interface Axis { readonly domain: readonly [start: number, end: number] }

describe('bandOf', () => {
  it('joins seeds step by step, also where one of them stopped early or diverged', () => {
    expect(bandOf([{ steps: [1, 2, 3], values: [2, 4, 6] }, { steps: [1, 2], values: [4, NaN] }]))
      .toEqual({ steps: [1, 2, 3], mean: [3, 4, 6], lowest: [2, 4, 6], highest: [4, 4, 6] });
  });
});

describe('points', () => {
  it('signs what is not 0 at the digits that are shown', () => {
    expect([0.0214, -0.0214, 0.0004, -0.0004, -0].map(points)).toEqual(['+2.1', '\u22122.1', '0.0', '0.0', '0.0']);
  });
});
