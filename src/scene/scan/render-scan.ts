import path from "node:path";
import { type Problem, ReflowError } from "../../kit/errors.js";
import { type Emit, silent } from "../../kit/events.js";
import { writeFileAtomic, writeJsonAtomic } from "../../kit/files.js";
import { removeLeftovers } from "../../kit/leftovers.js";
import type { Cookbook, Pipeline } from "../cookbook/index.js";
import { openJournal } from "../crop/journal.js";
import type { Scene } from "../model.js";
import { openRenderer, PREVIEW } from "../render/index.js";
import type { Renderer } from "../view.js";
import { captureFrame } from "./capture.js";
import { type ConfigChanges, recipeFor } from "./changes.js";
import { writeFrame } from "./frame-files.js";
import { BANNER } from "./metadata.js";
import { planRecipe } from "./recipe-plan.js";
import { writeResolved } from "./resolved.js";
import { type Quality, runSettings } from "./settings.js";
import { type RendererState, rendererState } from "./state.js";
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
  const emit = o.emit ?? silent;
  // First, because a file that is missing is often why a plan fails.
  const missing = new Set(o.scene.problems.filter(({ severity }) => severity === "error"));
  for (const problem of missing) emit({ type: "problem", problem });
  const plan = await planRecipe(o.scene, recipe, o);
  const quality = qualityOf(o.quality, plan);
  for (const problem of plan.problems) if (!missing.has(problem)) emit({ type: "problem", problem });
  const journal = await openJournal<Done>(o.output, "render", runSettings(plan, quality));
  await writeResolved(o.output, plan.record, recipe, o.cookbook);
  const open = lazily(() => (o.open ?? openRenderer)(plan.scene, { workers: o.workers }));
  const total = plan.triggers.flatMap((t) => t.passes).reduce((sum, pass) => sum + pass.frames.length, 0);
  const records: Done[] = [];
  let kept = 0;
  let rays = 0;
  let state: RendererState | undefined;

  const started = performance.now();
  /** Seconds left, once a frame was rendered. */
  const left = () => {
    const rendered = records.length - kept;
    if (rendered === 0) return {};
    return { eta: ((performance.now() - started) / 1000 / rendered) * (total - records.length) };
  };

  /** Renders and writes one frame. `folder`: its place below the output, with forward slashes. */
  const make = async (pass: PassPlan, frame: FramePlan, folder: string, key: string): Promise<Done> => {
    const renderer = await open.get();
    state ??= rendererState(renderer, plan);
    await state.set(frame.poses, frame.materials);
    const what = `frame ${records.length + 1} of ${total}`;
    const progress = (part: number, lighting: string | undefined) => {
      const detail = { frame: key, ...(lighting ? { lighting } : {}) };
      emit({ type: "progress", what, done: Math.floor(part * 100), total: 100, unit: "%", detail });
    };
    const made = await captureFrame(renderer, plan, pass, frame, quality, o.signal, progress);
    rays += made.rays;
    const [width, height] = plan.config.resolution;
    const names = await writeFrame(path.join(o.output, folder), {
      ...{ id: frame.slot.id, scene: plan.scene, pass, view: frame.view, width, height },
      ...{ ids: made.ids, pictures: made.pictures, poses: frame.poses },
    });
    return { frame: key, inputs: "", files: names.map((name) => path.posix.join(folder, name)) };
  };

  try {
    for (const trigger of plan.triggers) {
      for (const pass of trigger.passes) {
        const folder = path.posix.join(trigger.folder, pass.folder);
        await removeLeftovers(path.join(o.output, folder));
        for (const frame of pass.frames) {
          o.signal?.throwIfAborted();
          const key = path.posix.join(folder, frame.slot.id);
          const known = await journal.done(key, "");
          if (known) kept++;
          const record = known ?? (await make(pass, frame, folder, key));
          if (!known) await journal.record(record);
          records.push(record);
          emit({ type: "progress", what: "render", done: records.length, total, unit: "frames", ...left() });
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
  const { pictures, lightings, problems } = plan;
  await journal.finish({ frames: total, pictures, lightings: lightings.map((l) => l ?? null) }, records);
  const folders = plan.triggers.flatMap((t) => t.passes.map((p) => path.posix.join(t.folder, p.folder)));
  return { frames: total, kept, pictures, folders, lightings, rays, problems };
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
