import type { Renderer } from "../view.js";
import { cameraOf, develop } from "./develop.js";
import type { Picture } from "./frame-files.js";
import type { Capture } from "./lighting.js";
import type { Quality } from "./settings.js";
import type { FramePlan, PassPlan, ScanPlan } from "./types.js";

export type Made = Readonly<{ ids: Uint32Array; pictures: readonly Picture[]; rays: number }>;

/** The ids of a frame and its picture under every lighting. */
export async function captureFrame(
  renderer: Renderer,
  plan: ScanPlan,
  pass: PassPlan,
  frame: FramePlan,
  quality: Quality,
  signal: AbortSignal | undefined,
  progress: (tile: number, lighting: string | undefined) => void,
): Promise<Made> {
  const [width, height] = plan.config.resolution;
  if (!pass.outputs.rgb) {
    const { ids } = await renderer.identify(frame.view, width, height);
    return { ids, pictures: [], rays: width * height };
  }
  const { captures } = frame.lighting;
  const camera = cameraOf(plan.config.reflow);
  const pictures: Picture[] = [];
  let ids: Uint32Array | undefined;
  let rays = 0;
  for (const [index, capture] of captures.entries()) {
    const shot = await renderer.render({
      view: frame.view,
      width,
      height,
      samples: quality.samples,
      bounces: quality.bounces,
      denoise: quality.denoise,
      seed: frame.seed,
      lights: capture.lights(frame.slot.cell.at),
      onProgress: (done) => progress((index + done) / captures.length, capture.lighting),
      ...(signal ? { signal } : {}),
    });
    ids ??= shot.ids;
    rays += shot.rays;
    // Noise differs between passes and pipelines, as it does between a golden and a test picture.
    const seed = [plan.config.random_seed, plan.config.pipeline_type, pass.folder, frame.seed, index].join(
      "/",
    );
    const rgba = await develop(shot, camera, { gain: capture.gain, blur: frame.blur, seed });
    pictures.push({ lighting: suffixOf(index, capture), rgba });
  }
  return { ids: ids ?? new Uint32Array(width * height), pictures, rays };
}

/** The first lighting's picture has the plain name. */
function suffixOf(index: number, capture: Capture): string | undefined {
  return index === 0 ? undefined : capture.lighting;
}
