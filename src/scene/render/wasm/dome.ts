// The dome: uniform, or a latitude-longitude picture whose bright parts are drawn more often. Direction and picture as
// in OpenUSD and OpenEXR: +Y of the light is up, the picture's middle looks along +Z, its left edge is longitude +π.
import {
  LIGHT_AXIS_U,
  LIGHT_AXIS_V,
  LIGHT_AXIS_W,
  LIGHT_RADIANCE,
  LIGHT_TABLE,
  LIGHT_TABLE_HEIGHT,
  LIGHT_TABLE_WIDTH,
  LIGHT_TEXTURE,
} from "../layout";
import { angleOf, cosine, PI, sine, turnTo } from "./angle";
import { lookUp, texB, texG, texR } from "./texture";

export let domeX: f32 = 0;
export let domeY: f32 = 0;
export let domeZ: f32 = 0;
export let domeR: f32 = 0;
export let domeG: f32 = 0;
export let domeB: f32 = 0;
export let domeDensity: f32 = 0;

/** Draws a direction of a dome. A uniform one is left to the surface's own rays, which find it best. */
export function sampleDome(light: usize, u: f32, v: f32): bool {
  if (load<i32>(light, LIGHT_TEXTURE) < 0) return false;
  const table: usize = load<u32>(light, LIGHT_TABLE);
  const width = load<i32>(light, LIGHT_TABLE_WIDTH);
  const height = load<i32>(light, LIGHT_TABLE_HEIGHT);
  // The table: cumulated chance of each row, then within each row of each column.
  const row = search(table, height, v);
  const rowStart: f32 = row === 0 ? 0 : load<f32>(table + ((<usize>(row - 1)) << 2));
  const rowShare = load<f32>(table + ((<usize>row) << 2)) - rowStart;
  const cells = table + ((<usize>(height + row * width)) << 2);
  const column = search(cells, width, u);
  const cellStart: f32 = column === 0 ? 0 : load<f32>(cells + ((<usize>(column - 1)) << 2));
  const cellShare = load<f32>(cells + ((<usize>column) << 2)) - cellStart;
  if (!(rowShare > 0) || !(cellShare > 0)) return false;
  const y = (<f32>row + (v - rowStart) / rowShare) / <f32>height;
  const x = (<f32>column + (u - cellStart) / cellShare) / <f32>width;
  // Polar angle from +Y; longitude from +Z towards +X, +π at the left edge.
  turnTo(<f32>0.5 * y);
  const up = cosine;
  const across = sine;
  if (across <= <f32>1e-6) return false;
  turnTo(x < <f32>0.5 ? <f32>0.5 - x : <f32>1.5 - x);
  const lx = across * sine;
  const lz = across * cosine;
  domeX =
    lx * load<f32>(light, LIGHT_AXIS_U) +
    up * load<f32>(light, LIGHT_AXIS_V) +
    lz * load<f32>(light, LIGHT_AXIS_W);
  domeY =
    lx * load<f32>(light, LIGHT_AXIS_U + 4) +
    up * load<f32>(light, LIGHT_AXIS_V + 4) +
    lz * load<f32>(light, LIGHT_AXIS_W + 4);
  domeZ =
    lx * load<f32>(light, LIGHT_AXIS_U + 8) +
    up * load<f32>(light, LIGHT_AXIS_V + 8) +
    lz * load<f32>(light, LIGHT_AXIS_W + 8);
  setColor(light, x, y);
  domeDensity = (rowShare * cellShare * <f32>width * <f32>height) / (2 * PI * PI * across);
  return true;
}

/** Sets the dome's radiance from a direction and returns the density with which `sampleDome` draws it. */
export function domeRadiance(light: usize, dx: f32, dy: f32, dz: f32): f32 {
  if (load<i32>(light, LIGHT_TEXTURE) < 0) {
    domeR = load<f32>(light, LIGHT_RADIANCE);
    domeG = load<f32>(light, LIGHT_RADIANCE + 4);
    domeB = load<f32>(light, LIGHT_RADIANCE + 8);
    return 0;
  }
  const lx =
    dx * load<f32>(light, LIGHT_AXIS_U) +
    dy * load<f32>(light, LIGHT_AXIS_U + 4) +
    dz * load<f32>(light, LIGHT_AXIS_U + 8);
  const ly =
    dx * load<f32>(light, LIGHT_AXIS_V) +
    dy * load<f32>(light, LIGHT_AXIS_V + 4) +
    dz * load<f32>(light, LIGHT_AXIS_V + 8);
  const lz =
    dx * load<f32>(light, LIGHT_AXIS_W) +
    dy * load<f32>(light, LIGHT_AXIS_W + 4) +
    dz * load<f32>(light, LIGHT_AXIS_W + 8);
  const across = Mathf.sqrt(lx * lx + lz * lz);
  const y = angleOf(ly) * (<f32>1 / PI);
  let longitude: f32 = 0;
  if (across > 0) longitude = angleOf(lz / across);
  if (lx < 0) longitude = -longitude;
  const x = <f32>0.5 - longitude * (<f32>0.5 / PI);
  setColor(light, x, y);
  if (across <= <f32>1e-6) return 0;
  const table: usize = load<u32>(light, LIGHT_TABLE);
  const width = load<i32>(light, LIGHT_TABLE_WIDTH);
  const height = load<i32>(light, LIGHT_TABLE_HEIGHT);
  const row = limited(<i32>(y * <f32>height), height);
  const column = limited(<i32>(x * <f32>width), width);
  const share = stepOf(table, row) * stepOf(table + ((<usize>(height + row * width)) << 2), column);
  return (share * <f32>width * <f32>height) / (2 * PI * PI * across);
}

function setColor(light: usize, x: f32, y: f32): void {
  lookUp(load<i32>(light, LIGHT_TEXTURE), x, <f32>1 - y);
  domeR = texR * load<f32>(light, LIGHT_RADIANCE);
  domeG = texG * load<f32>(light, LIGHT_RADIANCE + 4);
  domeB = texB * load<f32>(light, LIGHT_RADIANCE + 8);
}

function stepOf(cumulated: usize, i: i32): f32 {
  const at = cumulated + ((<usize>i) << 2);
  return load<f32>(at) - (i === 0 ? <f32>0 : load<f32>(at - 4));
}

function limited(i: i32, n: i32): i32 {
  return i < 0 ? 0 : i >= n ? n - 1 : i;
}

function search(cumulated: usize, n: i32, value: f32): i32 {
  let low = 0;
  let high = n - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (load<f32>(cumulated + ((<usize>middle) << 2)) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
