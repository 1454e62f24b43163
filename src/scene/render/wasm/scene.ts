// Where things lie; read from the head before each tile, since the host may have moved them.
import {
  HEAD_ALBEDO_TABLE,
  HEAD_EMISSION,
  HEAD_ENTRIES,
  HEAD_ENTRY_COUNT,
  HEAD_FAR_COUNT,
  HEAD_FAR_FIRST,
  HEAD_LIGHT_CDF,
  HEAD_LIGHT_NODES,
  HEAD_LIGHT_ROOT,
  HEAD_LIGHTS,
  HEAD_MATERIALS,
  HEAD_ORIGIN,
  HEAD_PICKED_LIGHTS,
  HEAD_PLACED_LIGHTS,
  HEAD_SOBOL,
  HEAD_SRGB_TABLE,
  HEAD_TEXTURES,
  HEAD_TOP_NODES,
  HEAD_TOP_ROOT,
} from "../layout";

export let topNodes: usize = 0;
export let topRoot: i32 = 0;
export let entries: usize = 0;
export let entryCount: i32 = 0;
export let materials: usize = 0;
export let textures: usize = 0;
export let lights: usize = 0;
export let pickedLights: i32 = 0;
export let lightCdf: usize = 0;
export let lightNodes: usize = 0;
export let lightRoot: i32 = 0;
export let placedLights: i32 = 0;
export let farFirst: i32 = 0;
export let farCount: i32 = 0;
export let albedoTable: usize = 0;
export let srgbTable: usize = 0;
export let sobolTable: usize = 0;
export let emission: bool = false;
export let originX: f64 = 0;
export let originY: f64 = 0;
export let originZ: f64 = 0;
/** Traversal stack of this worker. */
export let stack: usize = 0;

export function bindScene(head: usize, scratch: usize): void {
  topNodes = load<u32>(head, HEAD_TOP_NODES);
  topRoot = load<i32>(head, HEAD_TOP_ROOT);
  entries = load<u32>(head, HEAD_ENTRIES);
  entryCount = load<i32>(head, HEAD_ENTRY_COUNT);
  materials = load<u32>(head, HEAD_MATERIALS);
  textures = load<u32>(head, HEAD_TEXTURES);
  lights = load<u32>(head, HEAD_LIGHTS);
  pickedLights = load<i32>(head, HEAD_PICKED_LIGHTS);
  lightCdf = load<u32>(head, HEAD_LIGHT_CDF);
  lightNodes = load<u32>(head, HEAD_LIGHT_NODES);
  lightRoot = load<i32>(head, HEAD_LIGHT_ROOT);
  placedLights = load<i32>(head, HEAD_PLACED_LIGHTS);
  farFirst = load<i32>(head, HEAD_FAR_FIRST);
  farCount = load<i32>(head, HEAD_FAR_COUNT);
  albedoTable = load<u32>(head, HEAD_ALBEDO_TABLE);
  srgbTable = load<u32>(head, HEAD_SRGB_TABLE);
  sobolTable = load<u32>(head, HEAD_SOBOL);
  emission = load<i32>(head, HEAD_EMISSION) !== 0;
  originX = load<f64>(head, HEAD_ORIGIN);
  originY = load<f64>(head, HEAD_ORIGIN + 8);
  originZ = load<f64>(head, HEAD_ORIGIN + 16);
  stack = scratch;
}
