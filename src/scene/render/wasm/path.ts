// A path from the camera: at each surface one light is sampled and one direction is followed.

import { INSTANCE_SEE_THROUGH } from "../layout";
import {
  albedoB,
  albedoG,
  albedoR,
  density,
  evaluate,
  isBlack,
  sample,
  sampledDiffuse,
  sampledX,
  sampledY,
  sampledZ,
  setSurface,
  valueB,
  valueG,
  valueR,
} from "./bsdf";
import { outX, outY, outZ, setFrame, toLocal, toWorld } from "./frame";
import {
  distance,
  FAR,
  gather,
  lightDensity,
  meetsPlaced,
  metB,
  metG,
  metR,
  radianceB,
  radianceG,
  radianceR,
  sampleLight,
  towardsX,
  towardsY,
  towardsZ,
} from "./lights";
import { closest, hitB1, hitB2, hitInstance, hitLane, hitPacket, hitT, transmittance } from "./ray";
import { draw, r0, r1, r2, r3 } from "./sampler";
import { emission, pickedLights } from "./scene";
import * as at from "./surface";
import { opacityAt } from "./texture";

/** Result of `trace`: radiance, and what the first surface is like. */
export let lightR: f32 = 0;
export let lightG: f32 = 0;
export let lightB: f32 = 0;
export let firstHit: bool = false;
export let firstR: f32 = 0;
export let firstG: f32 = 0;
export let firstB: f32 = 0;
export let firstX: f32 = 0;
export let firstY: f32 = 0;
export let firstZ: f32 = 0;

/** See-through surfaces that one ray may cross. */
const MOST_CROSSINGS = 32;

// The ray being followed.
let ox: f32 = 0;
let oy: f32 = 0;
let oz: f32 = 0;

/**
 * Follows a path over at most `bounces` + 1 surfaces. After a diffuse bounce surfaces count as at least as rough as
 * `blunt`: sharp reflections of diffuse light cost much noise and show nothing (path regularisation, Kaplanyan 2013).
 */
export function trace(x: f32, y: f32, z: f32, dx: f32, dy: f32, dz: f32, bounces: i32, blunt: f32): void {
  lightR = 0;
  lightG = 0;
  lightB = 0;
  firstHit = false;
  ox = x;
  oy = y;
  oz = z;
  let throughR: f32 = 1;
  let throughG: f32 = 1;
  let throughB: f32 = 1;
  let lastDensity: f32 = 0;
  let softened: f32 = 0;
  for (let depth = 0; ; depth++) {
    // Numbers: one group for the light, one for the surface.
    const group = 1 + 2 * depth;
    const found = follow(dx, dy, dz, group);
    if (depth > 0) {
      gather(ox, oy, oz, dx, dy, dz, found ? hitT : FAR, lastDensity);
      lightR += throughR * metR;
      lightG += throughG * metG;
      lightB += throughB * metB;
    }
    if (!found) return;
    at.readSurface(dx, dy, dz);
    lightR += throughR * at.emitR;
    lightG += throughG * at.emitG;
    lightB += throughB * at.emitB;
    if (depth > bounces) return;

    setFrame(at.normX, at.normY, at.normZ);
    toLocal(-dx, -dy, -dz);
    setSurface(
      at.colorR,
      at.colorG,
      at.colorB,
      at.metallic,
      Mathf.max(at.roughness, softened),
      at.specular,
      at.clearcoat,
      outX,
      outY,
      outZ,
    );
    if (depth === 0) {
      firstHit = true;
      firstR = albedoR;
      firstG = albedoG;
      firstB = albedoB;
      firstX = at.normX;
      firstY = at.normY;
      firstZ = at.normZ;
    }
    if (isBlack()) return;
    ox = at.posX + at.offset * at.geoX;
    oy = at.posY + at.offset * at.geoY;
    oz = at.posZ + at.offset * at.geoZ;

    if (pickedLights > 0) {
      draw(group);
      if (
        sampleLight(ox, oy, oz, r2, r0, r1) &&
        towardsX * at.geoX + towardsY * at.geoY + towardsZ * at.geoZ > 0
      ) {
        toLocal(towardsX, towardsY, towardsZ);
        evaluate(outX, outY, outZ);
        // Power heuristic: l² / (l² + s²) / l.
        const weight = lightDensity / (lightDensity * lightDensity + density * density);
        const r = throughR * valueR * radianceR * weight;
        const g = throughG * valueG * radianceG * weight;
        const b = throughB * valueB * radianceB * weight;
        if (r + g + b > 0) {
          const limit = distance < FAR ? distance * <f32>0.9999 : FAR;
          const left = transmittance(ox, oy, oz, towardsX, towardsY, towardsZ, limit);
          lightR += r * left;
          lightG += g * left;
          lightB += b * left;
        }
      }
    }

    draw(group + 1);
    if (!sample(r2, r0, r1)) return;
    const k = <f32>1 / density;
    throughR *= valueR * k;
    throughG *= valueG * k;
    throughB *= valueB * k;
    lastDensity = density;
    if (sampledDiffuse) softened = blunt;
    toWorld(sampledX, sampledY, sampledZ);
    dx = outX;
    dy = outY;
    dz = outZ;
    if (dx * at.geoX + dy * at.geoY + dz * at.geoZ <= 0) return;

    if (depth === bounces && !emission) {
      // The last ray can only meet light. One that meets nothing is not followed, and one that meets none but far
      // lights needs no nearest surface.
      if (!meetsPlaced(ox, oy, oz, dx, dy, dz)) {
        gather(ox, oy, oz, dx, dy, dz, FAR, lastDensity);
        if (metR + metG + metB > 0) {
          const left = transmittance(ox, oy, oz, dx, dy, dz, FAR);
          lightR += throughR * metR * left;
          lightG += throughG * metG * left;
          lightB += throughB * metB * left;
        }
        return;
      }
    }
    // Weak paths end by chance (Russian roulette), deterministic like everything else.
    const strength = Mathf.max(throughR, Mathf.max(throughG, throughB));
    if (depth > 0 && strength < <f32>0.25) {
      const survive = Mathf.max(strength * 4, <f32>0.05);
      if (r3 >= survive) return;
      const up = <f32>1 / survive;
      throughR *= up;
      throughG *= up;
      throughB *= up;
    }
  }
}

/** Finds the next surface, passing through see-through ones by chance. Moves the origin when it passed one. */
function follow(dx: f32, dy: f32, dz: f32, group: u32): bool {
  for (let crossing = 0; crossing < MOST_CROSSINGS; crossing++) {
    if (!closest(ox, oy, oz, dx, dy, dz, FAR)) return false;
    if (load<i32>(hitInstance, INSTANCE_SEE_THROUGH) === 0) return true;
    const opacity = opacityAt(hitInstance, hitPacket, hitLane, hitB1, hitB2);
    draw(0x10000 + (group << 8) + crossing);
    if (r0 < opacity) return true;
    at.readSurface(dx, dy, dz);
    ox = at.posX - at.offset * at.geoX;
    oy = at.posY - at.offset * at.geoY;
    oz = at.posZ - at.offset * at.geoZ;
  }
  return false;
}
