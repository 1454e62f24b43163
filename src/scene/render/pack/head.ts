import { viewAxes } from "../../grid/camera.js";
import type { Box, Vec3 } from "../../model.js";
import type { RenderSettings, View } from "../../view.js";
import {
  HEAD_ABORT,
  HEAD_ALBEDO,
  HEAD_ALBEDO_TABLE,
  HEAD_BLUNT,
  HEAD_BOUNCES,
  HEAD_BOX,
  HEAD_BYTES,
  HEAD_CLEAN,
  HEAD_DEPTH,
  HEAD_EMISSION,
  HEAD_ENTRIES,
  HEAD_ENTRY_COUNT,
  HEAD_FAR_COUNT,
  HEAD_FAR_FIRST,
  HEAD_FOCAL,
  HEAD_FOCUS,
  HEAD_FORWARD,
  HEAD_HALF,
  HEAD_HEIGHT,
  HEAD_IDS,
  HEAD_LENS,
  HEAD_LIGHT_CDF,
  HEAD_LIGHT_NODES,
  HEAD_LIGHT_ROOT,
  HEAD_LIGHTS,
  HEAD_MATERIALS,
  HEAD_NEXT_TILE,
  HEAD_NORMAL,
  HEAD_ORIGIN,
  HEAD_PERSPECTIVE,
  HEAD_PICKED_LIGHTS,
  HEAD_PLACED_LIGHTS,
  HEAD_POSITION,
  HEAD_RGB,
  HEAD_RIGHT,
  HEAD_SAMPLES,
  HEAD_SEED,
  HEAD_SOBOL,
  HEAD_SRGB_TABLE,
  HEAD_TEXTURES,
  HEAD_TIE,
  HEAD_TOP_NODES,
  HEAD_TOP_ROOT,
  HEAD_UP,
  HEAD_WIDTH,
  HEAD_WINDOW_HEIGHT,
  HEAD_WINDOW_WIDTH,
} from "../layout.js";
import type { PackedLights } from "./lights.js";
import type { TopLevel } from "./parts.js";
import type { PackedScene } from "./scene.js";

/** Addresses of the output planes. */
export type Planes = Readonly<{
  rgb: number;
  half: number;
  /** The denoised picture. */
  clean: number;
  ids: number;
  albedo: number;
  normal: number;
  depth: number;
}>;

/** Roughness that surfaces have at least when only diffuse light falls on them from a bounce. */
const BLUNT = 0.3;

/** Writes all that a frame needs to know into the head. */
export function writeHead(o: {
  scene: PackedScene;
  top: TopLevel;
  emission: boolean;
  lights: PackedLights;
  planes: Planes;
  view: View;
  settings: Pick<RenderSettings, "width" | "height" | "samples" | "bounces" | "seed">;
  /** Surfaces closer than this are one to the id pass, scene units. */
  tie: number;
}): void {
  const { scene, top, lights, planes, view, settings } = o;
  const head = scene.arena.bytes(scene.head, HEAD_BYTES);
  head.fill(0);
  const block = new DataView(head.buffer, head.byteOffset, HEAD_BYTES);
  const u32 = (offset: number, value: number) => block.setUint32(offset, value, true);
  const i32 = (offset: number, value: number) => block.setInt32(offset, value, true);
  const f64 = (offset: number, value: number) => block.setFloat64(offset, value, true);
  const vector = (offset: number, value: Vec3) => {
    value.forEach((v, i) => {
      f64(offset + i * 8, v);
    });
  };
  u32(HEAD_TOP_NODES, scene.topNodes);
  i32(HEAD_TOP_ROOT, top.root);
  u32(HEAD_ENTRIES, scene.entries);
  u32(HEAD_ENTRY_COUNT, top.entries.length / 2);
  u32(HEAD_MATERIALS, scene.materials);
  u32(HEAD_TEXTURES, scene.textureTable);
  u32(HEAD_LIGHTS, lights.lights);
  u32(HEAD_PICKED_LIGHTS, lights.picked);
  u32(HEAD_LIGHT_CDF, lights.cdf);
  u32(HEAD_LIGHT_NODES, lights.nodes);
  i32(HEAD_LIGHT_ROOT, lights.root);
  u32(HEAD_PLACED_LIGHTS, lights.placed);
  u32(HEAD_FAR_FIRST, lights.farFirst);
  u32(HEAD_FAR_COUNT, lights.farCount);
  u32(HEAD_ALBEDO_TABLE, scene.albedo);
  u32(HEAD_SRGB_TABLE, scene.srgb);
  u32(HEAD_SOBOL, scene.sobol);
  u32(HEAD_EMISSION, o.emission ? 1 : 0);
  u32(HEAD_WIDTH, settings.width);
  u32(HEAD_HEIGHT, settings.height);
  u32(HEAD_SAMPLES, settings.samples);
  u32(HEAD_BOUNCES, settings.bounces);
  u32(HEAD_SEED, settings.seed >>> 0);
  u32(HEAD_PERSPECTIVE, view.projection === "perspective" ? 1 : 0);
  u32(HEAD_RGB, planes.rgb);
  u32(HEAD_CLEAN, planes.clean);
  u32(HEAD_HALF, planes.half);
  u32(HEAD_IDS, planes.ids);
  u32(HEAD_ALBEDO, planes.albedo);
  u32(HEAD_NORMAL, planes.normal);
  u32(HEAD_DEPTH, planes.depth);
  relativeBox(top.bounds, top.origin).forEach((v, i) => {
    block.setFloat32(HEAD_BOX + i * 4, v, true);
  });
  const axes = viewAxes(view);
  vector(HEAD_POSITION, view.position);
  vector(HEAD_RIGHT, axes.right);
  vector(HEAD_UP, axes.up);
  vector(HEAD_FORWARD, axes.forward);
  f64(HEAD_WINDOW_WIDTH, view.width);
  f64(HEAD_WINDOW_HEIGHT, view.height);
  f64(HEAD_FOCAL, view.focalLength);
  f64(HEAD_LENS, view.lensRadius);
  f64(HEAD_FOCUS, view.focusDistance);
  f64(HEAD_TIE, o.tie);
  vector(HEAD_ORIGIN, top.origin);
  block.setFloat32(HEAD_BLUNT, BLUNT, true);
  i32(HEAD_NEXT_TILE, 0);
  i32(HEAD_ABORT, 0);
}

function relativeBox({ min, max }: Box, origin: Vec3): number[] {
  return [...min.map((v, i) => v - origin[i]!), ...max.map((v, i) => v - origin[i]!)].map((v) =>
    Number.isFinite(v) ? v : 0,
  );
}
