import path from "node:path";
import { type Problem, ReflowError } from "../../kit/errors.js";
import { type Emit, silent } from "../../kit/events.js";
import { writeFileAtomic, writeJsonAtomic } from "../../kit/files.js";
import type { Cookbook, Pipeline } from "../cookbook/index.js";
import { openJournal } from "../crop/journal.js";
import type { Scene } from "../model.js";
import { openRenderer, PREVIEW } from "../render/index.js";
import type { Renderer } from "../view.js";
import { type ConfigChanges, changedConfig, recipeFor } from "./changes.js";
import { cameraOf, develop } from "./develop.js";
import { type Picture, writeFrame } from "./frame-files.js";
import { removeLeftovers } from "./leftovers.js";
import type { Capture } from "./lighting.js";
import { BANNER } from "./metadata.js";
import { planScan } from "./plan.js";
import { writeResolved } from "./resolved.js";
import { type Quality, runSettings } from "./settings.js";
import { type RendererState, rendererState, worldOf } from "./state.js";
import type { FramePlan, PassPlan, ScanPlan } from "./types.js";

export type RenderScanOptions = ConfigChanges &
  Readonly<{
    scene: Scene;
    cookbook: Cookbook;
    /** Default: the first of good, defect and missing that the cookbook has. */
    pipeline?: Pipeline;
    output: string;
    quality: "preview" | "final";
    workers: number;
    emit?: Emit;
    signal?: AbortSignal;
    /** Another renderer, for tests. */
    open?: (scene: Scene, o: { workers: number }) => Promise<Renderer>;
  }>;

export type ScanResult = Readonly<{
  frames: number;
  /** Of them, frames that an earlier run had finished. */
  kept: number;
  /** Pictures, every lighting counted. */
  pictures: number;
  /** Folders of frames, relative to the output. */
  folders: readonly string[];
  lightings: readonly (string | undefined)[];
  rays: number;
  problems: readonly Problem[];
}>;

type Done = Readonly<{ frame: string; inputs: string; files: readonly string[] }>;

/**
 * Renders a scene as a cookbook says and writes the files of contract 1.5: labels that are exact for every pixel, one
 * set of files a frame, one picture a lighting. A stopped run goes on with the frame it was at; the same inputs give the
 * same bytes on any number of workers.
 *
 * Throws data errors of the plan, `output_exists` for a folder with other work, and one clear error when a file cannot
 * be written; finished frames stay.
 */
export async function renderScan(o: RenderScanOptions): Promise<ScanResult> {
  const recipe = recipeFor(o.cookbook, o.pipeline);
  const { config, merged } = changedConfig(recipe, o);
  const plan = await planScan(o.scene, config, merged);
  const quality = qualityOf(o.quality, plan);
  const emit = o.emit ?? silent;
  for (const problem of plan.problems) emit({ type: "problem", problem });
  const journal = await openJournal<Done>(o.output, "render", runSettings(plan, quality));
  await writeResolved(o.output, plan.record, recipe, o.cookbook);
  const open = lazily(() => (o.open ?? openRenderer)(plan.scene, { workers: o.workers }));
  const total = plan.triggers.flatMap((t) => t.passes).reduce((sum, pass) => sum + pass.frames.length, 0);
  const records: Done[] = [];
  let kept = 0;
  let rays = 0;
  let state: RendererState | undefined;
  try {
    for (const trigger of plan.triggers) {
      for (const pass of trigger.passes) {
        const folder = path.join(trigger.folder, pass.folder);
        await removeLeftovers(path.join(o.output, folder));
        for (const frame of pass.frames) {
          o.signal?.throwIfAborted();
          const key = path.posix.join(trigger.folder, pass.folder, frame.slot.id);
          let record = await journal.done(key, "");
          if (record) kept++;
          else {
            const renderer = await open.get();
            state ??= rendererState(renderer, plan);
            await state.set(pass.poses, frame.materials);
            const progress = (tile: number, lighting: string | undefined) =>
              emit({
                type: "progress",
                what: "render",
                done: records.length,
                total,
                unit: "frames",
                detail: {
                  frame: key,
                  ...(lighting ? { lighting } : {}),
                  tiles: `${Math.floor(tile * 100)} %`,
                },
              });
            const made = await renderFrame(renderer, plan, pass, frame, quality, o.signal, progress);
            rays += made.rays;
            const files = await writeFrame(path.join(o.output, folder), {
              id: frame.slot.id,
              scene: plan.scene,
              pass,
              ids: made.ids,
              pictures: made.pictures,
              worlds: worldOf(plan.scene, pass.poses),
              view: frame.view,
              width: config.resolution[0],
              height: config.resolution[1],
            });
            record = {
              frame: key,
              inputs: "",
              files: files.map((name) => path.posix.join(trigger.folder, pass.folder, name)),
            };
            await journal.record(record);
          }
          records.push(record);
          emit({ type: "progress", what: "render", done: records.length, total, unit: "frames" });
        }
        await writeFileAtomic(path.join(o.output, folder, "metadata.txt"), BANNER);
      }
      await writeJsonAtomic(path.join(o.output, trigger.folder, trigger.metadataName), trigger.metadata);
    }
  } catch (error) {
    throw explained(error);
  } finally {
    await open.close();
  }
  const folders = plan.triggers.flatMap((t) =>
    t.passes.map((p) => path.posix.join(t.folder, p.folder) || "."),
  );
  await journal.finish(
    { frames: total, pictures: plan.pictures, lightings: plan.lightings.map((l) => l ?? null) },
    records,
  );
  return {
    frames: total,
    kept,
    pictures: plan.pictures,
    folders,
    lightings: plan.lightings,
    rays,
    problems: plan.problems,
  };
}

type Made = Readonly<{ ids: Uint32Array; pictures: readonly Picture[]; rays: number }>;

/** The ids of a frame and its picture under every lighting. */
async function renderFrame(
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

/** The final quality is the cookbook's; its denoiser switch holds for both. */
function qualityOf(name: "preview" | "final", plan: ScanPlan): Quality {
  const { pathtracing, render_mode } = plan.config;
  const denoise = pathtracing.optix_denoiser_enabled ?? true;
  if (name === "preview" || render_mode === "realtime") return { ...PREVIEW, denoise };
  return { samples: pathtracing.total_spp, bounces: pathtracing.max_bounces, denoise };
}

/** A renderer is opened for the first frame that needs it: a finished run needs none. */
function lazily(open: () => Promise<Renderer>): { get: () => Promise<Renderer>; close: () => Promise<void> } {
  let opened: Promise<Renderer> | undefined;
  return {
    get: () => {
      opened ??= open();
      return opened;
    },
    close: async () => {
      const renderer = await opened?.catch(() => undefined);
      await renderer?.close();
    },
  };
}

/** An abort is told as an interruption that can be resumed. */
function explained(error: unknown): unknown {
  const code = (error as { code?: unknown } | null)?.code;
  const name = (error as { name?: unknown } | null)?.name;
  if (name !== "AbortError" && code !== "render_aborted") return error;
  return new ReflowError(
    "interrupted",
    "interrupted",
    "stopped; finished frames are kept",
    "The same command goes on where it was.",
  );
}
