import { viewAxes } from "../grid/camera.js";
import type { Box, Material, Scene, Vec3 } from "../model.js";
import type { Frame, Pose, Renderer, RenderSettings, View } from "../view.js";
import { loadTracer, startCrew } from "./crew.js";
import { DENOISE_TILE, HEAD_NEXT_TILE, HEAD_PHASE, MATERIAL_BYTES, TILE } from "./layout.js";
import { type Planes, writeHead } from "./pack/head.js";
import { putLights } from "./pack/lights.js";
import { changed, emits, isInvisible, packMaterial, seesThrough } from "./pack/materials.js";
import { buildTopLevel, type PlacedPart, placedBox, type TopLevel } from "./pack/parts.js";
import { packScene } from "./pack/scene.js";
import { usageError } from "./problems.js";
import { add, scale, sub } from "./vector.js";

/** Surfaces less than a nanometre apart are one surface to the id pass. */
const TIE_METRES = 1e-9;
const MOST_EDGE = 16384;

/**
 * Loads a scene into worker threads. Calls on a renderer are served one after the other. Throws `wasm_missing`,
 * `scene_too_large` or `texture_unreadable`; `render` throws `render_aborted` when its signal fires.
 *
 * @example
 * const renderer = await openRenderer(scene, { workers: 2 });
 * const frame = await renderer.render({ view, width: 512, height: 512, lights: scene.lights, seed: 1, ...PREVIEW });
 */
export async function openRenderer(scene: Scene, o: { workers: number }): Promise<Renderer> {
  const workers = Math.max(1, Math.floor(o.workers));
  const module = await loadTracer();
  const packed = await packScene(scene, workers);
  const { arena } = packed;

  const materials: Material[] = [...scene.materials];
  const parts: PlacedPart[] = scene.parts.map((part) => {
    const mesh = packed.meshes[part.mesh];
    return {
      mesh,
      material: part.material,
      world: part.world,
      visible: part.visible,
      box: placedBox(mesh?.mesh, part.world),
    };
  });
  let top: TopLevel;

  const writeMaterials = () => {
    materials.forEach((material, i) => {
      packMaterial(material, arena.bytes(packed.materials + i * MATERIAL_BYTES, MATERIAL_BYTES));
    });
  };
  const writeTop = () => {
    const hidden = materials.map(isInvisible);
    top = buildTopLevel(
      parts.map((part) => (hidden[part.material] ? { ...part, visible: false } : part)),
      materials.map(seesThrough),
      packed.instances,
    );
    arena.bytes(packed.instances, top.instances.length).set(top.instances);
    arena.ints(packed.entries, top.entries.length).set(top.entries);
    arena.bytes(packed.topNodes, top.nodes.length).set(top.nodes);
  };
  writeMaterials();
  writeTop();
  const crew = startCrew({ module, arena, head: packed.head, scratch: packed.scratch });

  // One thing at a time: a frame and a pose change must not meet in memory.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T> | T): Promise<T> => {
    const next = last.then(work);
    last = next.catch(() => {});
    return next;
  };

  const run = async (settings: RenderSettings): Promise<Frame> => {
    const { width, height, view } = settings;
    const pixels = width * height;
    arena.release();
    const lights = putLights(arena, settings.lights, packed.textures, top.origin, targets(view, top.origin));
    const clean = settings.denoise === true && settings.samples > 1;
    const three = settings.samples > 0 ? pixels * 12 : 0;
    const planes: Planes = {
      rgb: arena.take(three),
      half: arena.take(three),
      clean: arena.take(clean ? three : 0),
      albedo: arena.take(three),
      normal: arena.take(three),
      ids: arena.take(pixels * 4),
      depth: arena.take(pixels * 4),
    };
    writeHead({
      scene: packed,
      top,
      emission: materials.some(emits),
      lights,
      planes,
      view,
      settings,
      tie: TIE_METRES / (scene.metersPerUnit > 0 ? scene.metersPerUnit : 1),
    });
    const tilesOf = (edge: number) => Math.ceil(width / edge) * Math.ceil(height / edge);
    const tiles = tilesOf(TILE) + (clean ? tilesOf(DENOISE_TILE) : 0);
    let done = 0;
    const watch = {
      onTile: () => settings.onProgress?.(++done / tiles),
      ...(settings.signal ? { signal: settings.signal } : {}),
    };
    const rays = await crew.doTiles(watch);
    if (clean) {
      arena.ints(packed.head + HEAD_NEXT_TILE, 1)[0] = 0;
      arena.ints(packed.head + HEAD_PHASE, 1)[0] = 1;
      await crew.doTiles(watch);
    }
    return {
      width,
      height,
      rgb: arena.floats(clean ? planes.clean : planes.rgb, three / 4).slice(),
      half: arena.floats(planes.half, three / 4).slice(),
      ids: new Uint32Array(arena.ints(planes.ids, pixels).slice().buffer as ArrayBuffer),
      albedo: arena.floats(planes.albedo, three / 4).slice(),
      normal: arena.floats(planes.normal, three / 4).slice(),
      depth: arena.floats(planes.depth, pixels).slice(),
      rays,
    };
  };

  return {
    render: async (settings) => {
      checkSettings(settings);
      return inTurn(() => run(settings));
    },
    identify: async (view, width, height) => {
      const settings: RenderSettings = { view, width, height, samples: 0, bounces: 0, seed: 0, lights: [] };
      checkSettings({ ...settings, samples: 1 });
      const { ids, depth } = await inTurn(() => run(settings));
      return { ids, depth };
    },
    pose: (changes) =>
      inTurn(() => {
        for (const [index, pose] of changes) parts[index] = posed(parts[index], pose, index);
        writeTop();
      }),
    material: (changes) =>
      inTurn(() => {
        for (const [index, change] of changes) {
          const material = materials[index];
          if (!material) throw usageError("unknown_material", `there is no material ${index} in the scene`);
          materials[index] = changed(material, change);
        }
        writeMaterials();
      }),
    bounds: (): Box => top.bounds,
    close: () => crew.close(),
  };
}

function posed(part: PlacedPart | undefined, pose: Pose, index: number): PlacedPart {
  if (!part) throw usageError("unknown_part", `there is no part ${index} in the scene`);
  return {
    ...part,
    visible: pose.visible ?? part.visible,
    ...(pose.world ? { world: pose.world, box: placedBox(part.mesh?.mesh, pose.world) } : {}),
  };
}

/** Points in the picture's middle and towards its corners, where sight meets the origin's plane. */
function targets(view: View, origin: Vec3): Vec3[] {
  const { right, up, forward } = viewAxes(view);
  const wide = view.projection === "perspective";
  return [
    [0, 0],
    [-0.4, -0.4],
    [0.4, -0.4],
    [-0.4, 0.4],
    [0.4, 0.4],
  ].map(([x, y]) => {
    const aside = add(scale(right, x! * view.width), scale(up, y! * view.height));
    const start = sub(wide ? view.position : add(view.position, aside), origin);
    const along = wide ? add(scale(forward, view.focalLength), aside) : forward;
    const t = along[2] < 0 ? Math.max(0, -start[2] / along[2]) : 0;
    return add(start, scale(along, t));
  });
}

function checkSettings({ width, height, samples, bounces, view }: RenderSettings): void {
  const whole = (v: number, low: number, high: number) => Number.isInteger(v) && v >= low && v <= high;
  const wrong: string[] = [];
  if (!whole(width, 1, MOST_EDGE) || !whole(height, 1, MOST_EDGE))
    wrong.push(`a picture of ${width} × ${height} pixels (1 to ${MOST_EDGE} each way)`);
  if (!whole(samples, 1, 65536)) wrong.push(`${samples} samples (1 to 65536)`);
  if (!whole(bounces, 0, 64)) wrong.push(`${bounces} bounces (0 to 64)`);
  if (!(view.width > 0 && view.height > 0)) wrong.push(`a window of ${view.width} × ${view.height}`);
  if (view.projection === "perspective" && !(view.focalLength > 0))
    wrong.push(`a focal length of ${view.focalLength}`);
  if (!view.position.every(Number.isFinite)) wrong.push(`a camera at ${view.position.join(", ")}`);
  if (wrong.length > 0)
    throw usageError("bad_render_settings", `the renderer cannot make ${wrong.join(" or ")}`);
}
