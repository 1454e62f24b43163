// From a hit to a point that can be shaded: position, normals and the material's values there.
import {
  INPUT_COLOR,
  INPUT_METALLIC,
  INPUT_NORMAL,
  INPUT_ROUGHNESS,
  INSTANCE_NORMALS,
  INSTANCE_OFFSET,
  INSTANCE_PACKETS,
  INSTANCE_TO_MESH,
  INSTANCE_TO_WORLD,
  INSTANCE_UVS,
  MATERIAL_BUMP_SLOPE,
  MATERIAL_CLEARCOAT,
  MATERIAL_COLOR,
  MATERIAL_EMISSIVE,
  MATERIAL_METALLIC,
  MATERIAL_ROUGHNESS,
  MATERIAL_SPECULAR,
  MATERIAL_TEXTURED,
  PACKET_BYTES,
  PACKET_NORMAL_BYTES,
  PACKET_UV_BYTES,
} from "../layout";
import { bumpGradient, bumpX, bumpY, bumpZ } from "./bumps";
import { hitB1, hitB2, hitInstance, hitLane, hitPacket } from "./ray";
import { clamp01, hasInput, inputColor, inputValue, loadUv, materialOf, texB, texG, texR } from "./texture";

export let posX: f32 = 0;
export let posY: f32 = 0;
export let posZ: f32 = 0;
/** Unit geometric normal on the viewer's side. */
export let geoX: f32 = 0;
export let geoY: f32 = 0;
export let geoZ: f32 = 1;
/** Unit shading normal: smoothed, mapped and bumped, always visible to the viewer. */
export let normX: f32 = 0;
export let normY: f32 = 0;
export let normZ: f32 = 1;
/** How far rays start from the surface along the geometric normal. */
export let offset: f32 = 0;

export let colorR: f32 = 0;
export let colorG: f32 = 0;
export let colorB: f32 = 0;
export let metallic: f32 = 0;
export let roughness: f32 = 0;
export let specular: f32 = 0;
export let clearcoat: f32 = 0;
export let emitR: f32 = 0;
export let emitG: f32 = 0;
export let emitB: f32 = 0;

/** Reads the surface at the current hit of a ray with direction d. */
export function readSurface(dx: f32, dy: f32, dz: f32): void {
  const instance = hitInstance;
  const p =
    <usize>load<u32>(instance, INSTANCE_PACKETS) + <usize>hitPacket * PACKET_BYTES + ((<usize>hitLane) << 2);
  const x0 = load<f32>(p);
  const y0 = load<f32>(p, 16);
  const z0 = load<f32>(p, 32);
  const e1x = load<f32>(p, 48) - x0;
  const e1y = load<f32>(p, 64) - y0;
  const e1z = load<f32>(p, 80) - z0;
  const e2x = load<f32>(p, 96) - x0;
  const e2y = load<f32>(p, 112) - y0;
  const e2z = load<f32>(p, 128) - z0;
  const lx = x0 + hitB1 * e1x + hitB2 * e2x;
  const ly = y0 + hitB1 * e1y + hitB2 * e2y;
  const lz = z0 + hitB1 * e1z + hitB2 * e2z;
  const m = instance + INSTANCE_TO_WORLD;
  posX = lx * load<f32>(m) + ly * load<f32>(m, 12) + lz * load<f32>(m, 24) + load<f32>(m, 36);
  posY = lx * load<f32>(m, 4) + ly * load<f32>(m, 16) + lz * load<f32>(m, 28) + load<f32>(m, 40);
  posZ = lx * load<f32>(m, 8) + ly * load<f32>(m, 20) + lz * load<f32>(m, 32) + load<f32>(m, 44);
  offset = load<f32>(instance, INSTANCE_OFFSET);

  normalToWorld(instance, e1y * e2z - e1z * e2y, e1z * e2x - e1x * e2z, e1x * e2y - e1y * e2x);
  const flip: f32 = normX * dx + normY * dy + normZ * dz > 0 ? -1 : 1;
  geoX = normX * flip;
  geoY = normY * flip;
  geoZ = normZ * flip;
  normX = geoX;
  normY = geoY;
  normZ = geoZ;

  const normals: usize = load<u32>(instance, INSTANCE_NORMALS);
  if (normals !== 0) {
    const n = normals + <usize>hitPacket * PACKET_NORMAL_BYTES + <usize>hitLane * 36;
    const b0: f32 = <f32>1 - hitB1 - hitB2;
    normalToWorld(
      instance,
      b0 * load<f32>(n) + hitB1 * load<f32>(n, 12) + hitB2 * load<f32>(n, 24),
      b0 * load<f32>(n, 4) + hitB1 * load<f32>(n, 16) + hitB2 * load<f32>(n, 28),
      b0 * load<f32>(n, 8) + hitB1 * load<f32>(n, 20) + hitB2 * load<f32>(n, 32),
    );
    if (normX * geoX + normY * geoY + normZ * geoZ < 0) {
      normX = -normX;
      normY = -normY;
      normZ = -normZ;
    }
  }

  readMaterial(instance, e1x, e1y, e1z, e2x, e2y, e2z);
  keepVisible(dx, dy, dz);
}

function readMaterial(instance: usize, e1x: f32, e1y: f32, e1z: f32, e2x: f32, e2y: f32, e2z: f32): void {
  const material = materialOf(instance);
  colorR = load<f32>(material, MATERIAL_COLOR);
  colorG = load<f32>(material, MATERIAL_COLOR + 4);
  colorB = load<f32>(material, MATERIAL_COLOR + 8);
  metallic = load<f32>(material, MATERIAL_METALLIC);
  roughness = load<f32>(material, MATERIAL_ROUGHNESS);
  specular = load<f32>(material, MATERIAL_SPECULAR);
  clearcoat = load<f32>(material, MATERIAL_CLEARCOAT);
  emitR = load<f32>(material, MATERIAL_EMISSIVE);
  emitG = load<f32>(material, MATERIAL_EMISSIVE + 4);
  emitB = load<f32>(material, MATERIAL_EMISSIVE + 8);
  if (load<i32>(material, MATERIAL_TEXTURED) !== 0 && loadUv(instance, hitPacket, hitLane, hitB1, hitB2)) {
    if (hasInput(material, INPUT_COLOR)) {
      inputColor(material, INPUT_COLOR);
      colorR = clamp01(texR);
      colorG = clamp01(texG);
      colorB = clamp01(texB);
    }
    if (hasInput(material, INPUT_METALLIC)) metallic = clamp01(inputValue(material, INPUT_METALLIC));
    if (hasInput(material, INPUT_ROUGHNESS)) roughness = clamp01(inputValue(material, INPUT_ROUGHNESS));
    if (hasInput(material, INPUT_NORMAL)) mapNormal(instance, material, e1x, e1y, e1z, e2x, e2y, e2z);
  }
  const slope = load<f32>(material, MATERIAL_BUMP_SLOPE);
  if (slope > 0) {
    bumpGradient(material, posX, posY, posZ);
    const along = bumpX * normX + bumpY * normY + bumpZ * normZ;
    normX -= slope * (bumpX - along * normX);
    normY -= slope * (bumpY - along * normY);
    normZ -= slope * (bumpZ - along * normZ);
    normalise();
  }
}

/** Turns the shading normal by the normal map; its tangents follow the texture coordinates. */
function mapNormal(
  instance: usize,
  material: usize,
  e1x: f32,
  e1y: f32,
  e1z: f32,
  e2x: f32,
  e2y: f32,
  e2z: f32,
): void {
  inputColor(material, INPUT_NORMAL);
  const mx = texR;
  const my = texG;
  const mz = Mathf.max(texB, <f32>0.01);
  const p =
    <usize>load<u32>(instance, INSTANCE_UVS) + <usize>hitPacket * PACKET_UV_BYTES + <usize>hitLane * 24;
  const s1 = load<f32>(p, 8) - load<f32>(p);
  const t1 = load<f32>(p, 12) - load<f32>(p, 4);
  const s2 = load<f32>(p, 16) - load<f32>(p);
  const t2 = load<f32>(p, 20) - load<f32>(p, 4);
  const determinant = s1 * t2 - s2 * t1;
  if (determinant === 0) return;
  const side: f32 = determinant < 0 ? -1 : 1;
  const ux = (t2 * e1x - t1 * e2x) * side;
  const uy = (t2 * e1y - t1 * e2y) * side;
  const uz = (t2 * e1z - t1 * e2z) * side;
  const m = instance + INSTANCE_TO_WORLD;
  let tx = ux * load<f32>(m) + uy * load<f32>(m, 12) + uz * load<f32>(m, 24);
  let ty = ux * load<f32>(m, 4) + uy * load<f32>(m, 16) + uz * load<f32>(m, 28);
  let tz = ux * load<f32>(m, 8) + uy * load<f32>(m, 20) + uz * load<f32>(m, 32);
  // T at right angles to the normal; B = N × T, mirrored where the coordinates run the other way round.
  const along = tx * normX + ty * normY + tz * normZ;
  tx -= along * normX;
  ty -= along * normY;
  tz -= along * normZ;
  const length = Mathf.sqrt(tx * tx + ty * ty + tz * tz);
  if (!(length > 0)) return;
  const k = <f32>1 / length;
  tx *= k;
  ty *= k;
  tz *= k;
  const turned = side * facing(instance, e1x, e1y, e1z, e2x, e2y, e2z);
  const bx = (normY * tz - normZ * ty) * turned;
  const by = (normZ * tx - normX * tz) * turned;
  const bz = (normX * ty - normY * tx) * turned;
  normX = mx * tx + my * bx + mz * normX;
  normY = mx * ty + my * by + mz * normY;
  normZ = mx * tz + my * bz + mz * normZ;
  normalise();
}

/** +1 where the triangle's corners run counter-clockwise around the geometric normal in use, else −1. */
function facing(instance: usize, e1x: f32, e1y: f32, e1z: f32, e2x: f32, e2y: f32, e2z: f32): f32 {
  const keptX = normX;
  const keptY = normY;
  const keptZ = normZ;
  normalToWorld(instance, e1y * e2z - e1z * e2y, e1z * e2x - e1x * e2z, e1x * e2y - e1y * e2x);
  const same: f32 = normX * geoX + normY * geoY + normZ * geoZ > 0 ? 1 : -1;
  normX = keptX;
  normY = keptY;
  normZ = keptZ;
  return same;
}

/** Sets the unit shading normal from one in the mesh's space (inverse transpose of the placement). */
function normalToWorld(instance: usize, x: f32, y: f32, z: f32): void {
  const m = instance + INSTANCE_TO_MESH;
  normX = x * load<f32>(m) + y * load<f32>(m, 4) + z * load<f32>(m, 8);
  normY = x * load<f32>(m, 12) + y * load<f32>(m, 16) + z * load<f32>(m, 20);
  normZ = x * load<f32>(m, 24) + y * load<f32>(m, 28) + z * load<f32>(m, 32);
  normalise();
}

function normalise(): void {
  // Scaled first: the square of a tiny normal would vanish.
  const most = Mathf.max(Mathf.abs(normX), Mathf.max(Mathf.abs(normY), Mathf.abs(normZ)));
  if (!(most > 0)) {
    normX = 0;
    normY = 0;
    normZ = 1;
    return;
  }
  const up = <f32>1 / most;
  normX *= up;
  normY *= up;
  normZ *= up;
  const k = <f32>1 / Mathf.sqrt(normX * normX + normY * normY + normZ * normZ);
  normX *= k;
  normY *= k;
  normZ *= k;
}

/** A shading normal that faces away from the viewer is bent back until it is just visible. */
function keepVisible(dx: f32, dy: f32, dz: f32): void {
  const towards = -(normX * dx + normY * dy + normZ * dz);
  const least: f32 = 0.02;
  if (towards >= least) return;
  const lift = least - towards;
  normX -= lift * dx;
  normY -= lift * dy;
  normZ -= lift * dz;
  normalise();
}
