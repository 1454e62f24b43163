// The surface: a Lambert base under a GGX layer (dielectric or metal) under an optional clear coat. All vectors are in
// the frame of the shading normal (z up). GGX with height-correlated Smith shadowing (Heitz 2014), its visible normals
// sampled by spherical caps (Dupuy and Benyoub 2023), energy lost between facets given back (Turquin 2019).
import { ALBEDO_EDGE } from "../layout";
import { cosine, diskX, diskY, PI, sine, toDisk, turnTo } from "./angle";
import { albedoTable } from "./scene";

// The surface of the current hit.
let diffR: f32 = 0;
let diffG: f32 = 0;
let diffB: f32 = 0;
let specR: f32 = 0;
let specG: f32 = 0;
let specB: f32 = 0;
/** Reflectance at grazing incidence. */
let edge: f32 = 1;
let alpha: f32 = 0;
/** What the specular lobe is multiplied by to give back multiple scattering. */
let gainR: f32 = 1;
let gainG: f32 = 1;
let gainB: f32 = 1;
let coat: f32 = 0;
const COAT_ALPHA: f32 = 0.0025;
const COAT_F0: f32 = 0.04;
/** Light that the coat lets through to the layers below. */
let under: f32 = 1;
/** Chance of each lobe. */
let chanceSpec: f32 = 0;
let chanceCoat: f32 = 0;
// Direction to the viewer.
let vx: f32 = 0;
let vy: f32 = 0;
let vz: f32 = 1;

/** Result of `evaluate`: reflectance times the cosine, and the chance density of `sample` per steradian. */
export let valueR: f32 = 0;
export let valueG: f32 = 0;
export let valueB: f32 = 0;
export let density: f32 = 0;

/** Result of `sample`. */
export let sampledX: f32 = 0;
export let sampledY: f32 = 0;
export let sampledZ: f32 = 0;
export let sampledDiffuse: bool = false;

/** Colour of the whole surface seen from the viewer: what the denoiser calls albedo. */
export let albedoR: f32 = 0;
export let albedoG: f32 = 0;
export let albedoB: f32 = 0;

let tableA: f32 = 0;
let tableB: f32 = 0;

/** Describes the surface: linear colour, UsdPreviewSurface parameters, and the viewer in the local frame. */
export function setSurface(
  r: f32,
  g: f32,
  b: f32,
  metallic: f32,
  roughness: f32,
  specular: f32,
  clearcoat: f32,
  x: f32,
  y: f32,
  z: f32,
): void {
  vx = x;
  vy = y;
  vz = Mathf.max(z, <f32>1e-4);
  alpha = Mathf.max(roughness * roughness, <f32>0.001);
  const f0: f32 = <f32>0.08 * specular * (<f32>1 - metallic);
  specR = f0 + r * metallic;
  specG = f0 + g * metallic;
  specB = f0 + b * metallic;
  edge = Mathf.min(1, 50 * Mathf.max(specR, Mathf.max(specG, specB)));
  lookUpAlbedo(vz, roughness);
  // Without Fresnel the lobe reflects A + B of the light; the rest would have bounced between facets.
  const lost = <f32>1 / Mathf.max(tableA + tableB, <f32>0.05) - 1;
  gainR = <f32>1 + specR * lost;
  gainG = <f32>1 + specG * lost;
  gainB = <f32>1 + specB * lost;
  const reflectedR = Mathf.min(1, (specR * tableA + edge * tableB) * gainR);
  const reflectedG = Mathf.min(1, (specG * tableA + edge * tableB) * gainG);
  const reflectedB = Mathf.min(1, (specB * tableA + edge * tableB) * gainB);
  const body = <f32>1 - metallic;
  const reflected = (<f32>1 / 3) * (reflectedR + reflectedG + reflectedB);
  diffR = r * body * (<f32>1 - reflected);
  diffG = g * body * (<f32>1 - reflected);
  diffB = b * body * (<f32>1 - reflected);
  coat = clearcoat;
  under = 1;
  let shareCoat: f32 = 0;
  if (coat > 0) {
    lookUpAlbedo(vz, <f32>0.05);
    shareCoat = coat * Mathf.min(1, COAT_F0 * tableA + tableB);
    under = <f32>1 - shareCoat;
  }
  albedoR = shareCoat + under * (reflectedR + diffR);
  albedoG = shareCoat + under * (reflectedG + diffG);
  albedoB = shareCoat + under * (reflectedB + diffB);
  const shareSpec = under * reflected;
  const shareDiff = (<f32>1 / 3) * under * (diffR + diffG + diffB);
  const total = shareSpec + shareDiff + shareCoat;
  chanceSpec = total > 0 ? shareSpec / total : 0;
  chanceCoat = total > 0 ? shareCoat / total : 0;
}

/** A surface that scatters nothing needs no light. */
export function isBlack(): bool {
  return albedoR + albedoG + albedoB < <f32>1e-6;
}

/** Wide lobes profit from light sampling; a near mirror does not. */
export function isNearMirror(): bool {
  return alpha < <f32>0.002 && chanceSpec + chanceCoat > <f32>0.999;
}

/** Reflectance · cosine and density for light from (x, y, z); both zero below the horizon. */
export function evaluate(x: f32, y: f32, z: f32): void {
  valueR = 0;
  valueG = 0;
  valueB = 0;
  density = 0;
  if (z <= 0) return;
  const chanceDiff = <f32>1 - chanceSpec - chanceCoat;
  const cosineOverPi = z * (<f32>1 / PI);
  valueR = under * diffR * cosineOverPi;
  valueG = under * diffG * cosineOverPi;
  valueB = under * diffB * cosineOverPi;
  density = chanceDiff * cosineOverPi;
  if (chanceSpec + chanceCoat <= 0) return;

  let hx = x + vx;
  let hy = y + vy;
  let hz = z + vz;
  const scale = <f32>1 / Mathf.sqrt(hx * hx + hy * hy + hz * hz);
  hx *= scale;
  hy *= scale;
  hz *= scale;
  const tangent2 = hx * hx + hy * hy;
  const vh = vx * hx + vy * hy + vz * hz;
  let f: f32 = Mathf.max(<f32>1 - vh, 0);
  const f2 = f * f;
  f = f2 * f2 * f;
  if (chanceSpec > 0) {
    const a2 = alpha * alpha;
    const d = distribution(tangent2, hz, a2);
    const sv = Mathf.sqrt(a2 + (<f32>1 - a2) * vz * vz);
    const sl = Mathf.sqrt(a2 + (<f32>1 - a2) * z * z);
    // D · G2 / (4 nl nv) · nl
    const lobe = (under * d * <f32>0.5 * z) / (z * sv + vz * sl);
    valueR += lobe * gainR * (specR + (edge - specR) * f);
    valueG += lobe * gainG * (specG + (edge - specG) * f);
    valueB += lobe * gainB * (specB + (edge - specB) * f);
    density += (chanceSpec * d * <f32>0.5) / (vz + sv);
  }
  if (chanceCoat > 0) {
    const a2 = COAT_ALPHA * COAT_ALPHA;
    const d = distribution(tangent2, hz, a2);
    const sv = Mathf.sqrt(a2 + (<f32>1 - a2) * vz * vz);
    const sl = Mathf.sqrt(a2 + (<f32>1 - a2) * z * z);
    const lobe = (coat * (COAT_F0 + (<f32>1 - COAT_F0) * f) * d * <f32>0.5 * z) / (z * sv + vz * sl);
    valueR += lobe;
    valueG += lobe;
    valueB += lobe;
    density += (chanceCoat * d * <f32>0.5) / (vz + sv);
  }
}

/** Picks a direction with three numbers of [0, 1) and evaluates it; false when it goes nowhere. */
export function sample(pick: f32, u: f32, v: f32): bool {
  sampledDiffuse = false;
  if (pick < chanceSpec + chanceCoat) {
    reflectOnFacet(pick < chanceSpec ? alpha : COAT_ALPHA, u, v);
  } else {
    sampledDiffuse = true;
    toDisk(u, v);
    sampledX = diskX;
    sampledY = diskY;
    sampledZ = Mathf.sqrt(Mathf.max(0, <f32>1 - diskX * diskX - diskY * diskY));
  }
  if (sampledZ <= <f32>1e-5) return false;
  evaluate(sampledX, sampledY, sampledZ);
  return density > <f32>1e-9;
}

/** Mirrors the viewer on a facet drawn from those visible to it. */
function reflectOnFacet(a: f32, u: f32, v: f32): void {
  let sx = vx * a;
  let sy = vy * a;
  let sz = vz;
  let scale = <f32>1 / Mathf.sqrt(sx * sx + sy * sy + sz * sz);
  sx *= scale;
  sy *= scale;
  sz *= scale;
  turnTo(u);
  const z = (<f32>1 - v) * (<f32>1 + sz) - sz;
  const r = Mathf.sqrt(Mathf.max(0, <f32>1 - z * z));
  let hx = (r * cosine + sx) * a;
  let hy = (r * sine + sy) * a;
  let hz = Mathf.max(z + sz, <f32>1e-7);
  scale = <f32>1 / Mathf.sqrt(hx * hx + hy * hy + hz * hz);
  hx *= scale;
  hy *= scale;
  hz *= scale;
  const twice = <f32>2 * (vx * hx + vy * hy + vz * hz);
  sampledX = twice * hx - vx;
  sampledY = twice * hy - vy;
  sampledZ = twice * hz - vz;
}

/** GGX from the tangential and normal part of the half vector, exact also where the lobe is a needle. */
function distribution(tangent2: f32, hz: f32, a2: f32): f32 {
  const k = tangent2 / a2 + hz * hz;
  return <f32>1 / (PI * a2 * k * k);
}

/** Sets tableA, tableB: the lobe reflects F0 · A + F90 · B of a white surround. */
function lookUpAlbedo(cosineV: f32, roughness: f32): void {
  const last: f32 = <f32>(ALBEDO_EDGE - 1);
  const x = Mathf.min(Mathf.max(cosineV, 0), 1) * last;
  const y = Mathf.min(Mathf.max(roughness, 0), 1) * last;
  const ix = Mathf.min(Mathf.floor(x), last - 1);
  const iy = Mathf.min(Mathf.floor(y), last - 1);
  const fx = x - ix;
  const fy = y - iy;
  const p = albedoTable + ((<usize>(<i32>iy * ALBEDO_EDGE + <i32>ix)) << 3);
  const q = p + (ALBEDO_EDGE << 3);
  const w00 = (<f32>1 - fx) * (<f32>1 - fy);
  const w10 = fx * (<f32>1 - fy);
  const w01 = (<f32>1 - fx) * fy;
  const w11 = fx * fy;
  tableA = w00 * load<f32>(p) + w10 * load<f32>(p, 8) + w01 * load<f32>(q) + w11 * load<f32>(q, 8);
  tableB = w00 * load<f32>(p, 4) + w10 * load<f32>(p, 12) + w01 * load<f32>(q, 4) + w11 * load<f32>(q, 12);
}
