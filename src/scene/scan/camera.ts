import { dataError } from "../../kit/errors.js";
import { PythonRandom } from "../../kit/python-random.js";
import { isEmpty } from "../box.js";
import type { RenderConfig } from "../cookbook/index.js";
import {
  type Cell,
  cellCounts,
  downwardView,
  framing,
  fromMillimetres,
  fromTenths,
  gridCells,
  gridRecord,
  grownAperture,
  type LegacyGrid,
  legacyCentres,
  scanGrid,
} from "../grid/index.js";
import type { Box, Mat4, Scene, Vec3 } from "../model.js";
import { boardRoot } from "../poses/index.js";
import { findPrim } from "../prims.js";
import type { View } from "../view.js";
import { framingCandidates, hasTransform, worldBox } from "./board.js";

/** Where the camera goes and what it sees. Scene units. */
export type ScanPath = Readonly<{
  cells: readonly Cell[];
  /** Window of the orthographic camera; pixels are square. */
  width: number;
  height: number;
  /** What a metadata file says of `scan_grid`. */
  record: Readonly<Record<string, unknown>>;
}>;

/** The aperture of a camera that says nothing, in tenths of a scene unit (USD's default). */
const USUAL_APERTURE = 20.955;

/** Height of the camera where a cookbook frames a component and gives none. */
const FRAMING_HEIGHT = 10;

/** Plans the camera's positions (contract 1.2, 1.3): a fixed place, a framed component, a grid, or written-out ranges. */
export function scanPath(scene: Scene, config: RenderConfig, board: Box): ScanPath {
  const [w, h] = config.resolution;
  const aspect = h / w;
  const camera = scene.cameras.find((c) => c.path === config.camera_path);
  const width =
    config.horizontal_aperture === undefined
      ? (camera?.horizontalAperture ?? fromTenths(USUAL_APERTURE))
      : fromTenths(config.horizontal_aperture);
  const grid = config.scan_grid;
  const framed = framedBox(scene, config);
  if (framed) {
    const { centre, width: own } = framing(framed, aspect);
    const z = grid.z ?? FRAMING_HEIGHT;
    const record = { x_start: centre[0], x_end: centre[0], y_start: centre[1], y_end: centre[1], step: 1, z };
    return { cells: [{ at: [centre[0], centre[1], z] }], width: own, height: own * aspect, record };
  }
  if (config.camera_position)
    return { cells: [{ at: config.camera_position.translate }], width, height: width * aspect, record: grid };
  if (grid.x_num != null || grid.y_num != null) return autoGrid(config, board, width, aspect);
  const ranges = legacy(config);
  const cells = legacyCentres(ranges).map(([x, y]): Cell => ({ at: [x, y, ranges.z] }));
  return { cells, width, height: width * aspect, record: grid };
}

function autoGrid(config: RenderConfig, board: Box, given: number, aspect: number): ScanPath {
  const yawDeg = config.camera_rotation.z_fixed;
  const size = { sizeX: board.max[0] - board.min[0], sizeY: board.max[1] - board.min[1] };
  const aperture = { horizontalAperture: given, verticalAperture: given * aspect };
  const { x_num, y_num, z_min } = config.scan_grid;
  const [xNum, yNum] = cellCounts({ ...size, ...aperture, yawDeg, xNum: x_num ?? null, yNum: y_num ?? null });
  const width = grownAperture({ horizontalAperture: given, aspect, ...size, xNum, yNum, yawDeg });
  const grid = scanGrid({
    box: board,
    projection: "orthographic",
    horizontalAperture: width,
    verticalAperture: width * aspect,
    yawDeg,
    xNum,
    yNum,
    zMin: z_min ?? null,
  });
  return { cells: gridCells(grid), width, height: width * aspect, record: gridRecord(grid, board) };
}

/** The box that auto-framing chose, if the cookbook asks for it (contract 1.3). */
function framedBox(scene: Scene, config: RenderConfig): Box | undefined {
  const exact = config.auto_locate_prim_path;
  const texts =
    config.component_list_override ?? (config.auto_locate_component ? [config.auto_locate_component] : []);
  if (exact === undefined && texts.length === 0) return undefined;
  const prim = exact === undefined ? drawn(scene, config, texts) : findPrim(scene.root, exact);
  if (!prim || !hasTransform(prim))
    throw dataError(
      "component_missing",
      exact === undefined
        ? `no prim below ${config.pcba_root} has ${texts.join(" or ")} in its name`
        : `the scene has no component ${exact}`,
      "Correct auto_locate_prim_path, component_list_override or auto_locate_component.",
      { field: exact === undefined ? "auto_locate_component" : "auto_locate_prim_path" },
    );
  const box = worldBox(scene, prim.path);
  if (isEmpty(box))
    throw dataError("component_missing", `${prim.path} shows no geometry`, "Frame another component.");
  return box;
}

function drawn(scene: Scene, config: RenderConfig, texts: readonly string[]) {
  const candidates = framingCandidates(boardRoot(scene.root, config.pcba_root), texts);
  if (candidates.length === 0) return undefined;
  return candidates[new PythonRandom(config.random_seed).below(candidates.length)];
}

function legacy(config: RenderConfig): LegacyGrid {
  const { x_start, x_end, y_start, y_end, z, step, x_step, y_step } = config.scan_grid;
  const missing = Object.entries({ x_start, x_end, y_start, y_end, z }).filter(([, v]) => v === undefined);
  if (missing.length > 0)
    throw dataError(
      "grid_invalid",
      `scan_grid lacks ${missing.map(([k]) => k).join(", ")}`,
      "Give x_num and y_num, or all of x_start, x_end, y_start, y_end and z.",
      { field: "scan_grid" },
    );
  return {
    ...({ x_start, x_end, y_start, y_end, z } as Pick<
      LegacyGrid,
      "x_start" | "x_end" | "y_start" | "y_end" | "z"
    >),
    ...(step === undefined ? {} : { step }),
    ...(x_step === undefined ? {} : { x_step }),
    ...(y_step === undefined ? {} : { y_step }),
  };
}

/** How the camera and the light rig hang on the camera's xform. */
export type Mount = Readonly<{
  /** From the xform to the camera, in the world. */
  camera: Vec3;
  /** Where the xform stands in the scene as authored. */
  xform: Vec3;
  /** The rig's root as authored, or undefined when the scene has none. */
  rig: Mat4 | undefined;
}>;

export function mountOf(scene: Scene, config: RenderConfig): Mount {
  const xform = originOf(findPrim(scene.root, config.camera_xform_path)?.world);
  const camera = findPrim(scene.root, config.camera_path)?.world;
  const offset = camera ? originOf(camera).map((v, i) => v - (xform[i] as number)) : [0, 0, 0];
  return {
    camera: offset as unknown as Vec3,
    xform,
    rig: findPrim(scene.root, config.ring_light_root)?.world,
  };
}

function originOf(world: Mat4 | undefined): Vec3 {
  return world ? [world[12] as number, world[13] as number, world[14] as number] : [0, 0, 0];
}

/** The view of a cell. `focusZ`: world height of the sharp plane when the cookbook gives the lens a radius. */
export function viewAt(
  cell: Cell,
  o: {
    path: ScanPath;
    mount: Mount;
    tilt: readonly [x: number, y: number];
    config: RenderConfig;
    metersPerUnit: number;
    topZ: number;
  },
): View {
  const position: Vec3 = [
    cell.at[0] + o.mount.camera[0],
    cell.at[1] + o.mount.camera[1],
    cell.at[2] + o.mount.camera[2],
  ];
  const view = downwardView({
    position,
    yawDeg: o.config.camera_rotation.z_fixed,
    tiltXDeg: o.tilt[0],
    tiltYDeg: o.tilt[1],
    width: o.path.width,
    height: o.path.height,
  });
  const lens = o.config.reflow.lens;
  if (!lens) return view;
  const sharp = o.topZ + fromMillimetres(lens.focus_height_mm, o.metersPerUnit);
  return {
    ...view,
    lensRadius: fromMillimetres(lens.radius_mm, o.metersPerUnit),
    focusDistance: Math.max(position[2] - sharp, 1e-6),
  };
}
