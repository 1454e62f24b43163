import { expect, test } from "vitest";
import { randomTensor } from "./fixtures/check.js";
import { runGraph } from "./fixtures/run.js";
import { boxMean, dilate, erode, grey, highPass } from "./ops/filters.js";
import { upsample } from "./ops/resample.js";

const [H, W] = [7, 9];
const image = randomTensor([1, 2, H, W], "image");

/** Applies `f` to the window of each pixel, cut at the border. */
function windowed(radius: number, f: (values: number[]) => number): number[] {
  const out: number[] = [];
  for (let c = 0; c < 2; c++)
    for (let y = 0; y < H; y++)
      for (let x = 0; x < W; x++) {
        const values: number[] = [];
        for (let i = Math.max(0, y - radius); i <= Math.min(H - 1, y + radius); i++)
          for (let j = Math.max(0, x - radius); j <= Math.min(W - 1, x + radius); j++)
            values.push(image.data[(c * H + i) * W + j]);
        out.push(f(values));
      }
  return out;
}

const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;

function close(found: Float32Array | undefined, expected: readonly number[]): void {
  expect(found?.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) expect(found?.[i]).toBeCloseTo(value, 5);
}

test.each([1, 2, 4])("filters of radius %i see the pixels inside the image only", async (radius) => {
  const results = await runGraph([image], (g, [x]) => ({
    dilate: dilate(g, x!, radius),
    erode: erode(g, x!, radius),
    mean: boxMean(g, x!, radius),
    high: highPass(g, x!, radius),
  }));
  close(
    results.dilate,
    windowed(radius, (v) => Math.max(...v)),
  );
  close(
    results.erode,
    windowed(radius, (v) => Math.min(...v)),
  );
  close(results.mean, windowed(radius, mean));
  close(
    results.high,
    windowed(radius, mean).map((m, i) => image.data[i] - m),
  );
});

test("grey is the mean over channels", async () => {
  const results = await runGraph([image], (g, [x]) => ({ grey: grey(g, x!) }));
  close(
    results.grey,
    Array.from({ length: H * W }, (_, i) => (image.data[i] + image.data[H * W + i]) / 2),
  );
});

test("upsampling keeps a ramp a ramp inside", async () => {
  const ramp = { shape: [1, 1, 4, 4], data: Array.from({ length: 16 }, (_, i) => i % 4) };
  const { up } = await runGraph([ramp], (g, [x]) => ({ up: upsample(g, x!, 8, 8) }));
  expect([...(up?.subarray(16, 24) ?? [])]).toEqual([0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3]);
});
