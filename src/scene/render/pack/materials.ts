import type { Material, TextureInput } from "../../model.js";
import type { MaterialChange } from "../../view.js";
import {
  INPUT_BIAS,
  INPUT_BYTES,
  INPUT_CHANNEL,
  INPUT_COLOR,
  INPUT_METALLIC,
  INPUT_NORMAL,
  INPUT_OPACITY,
  INPUT_ROUGHNESS,
  INPUT_SCALE,
  INPUT_TEXTURE,
  MATERIAL_BUMP_FREQUENCY,
  MATERIAL_BUMP_OCTAVES,
  MATERIAL_BUMP_SEED,
  MATERIAL_BUMP_SLOPE,
  MATERIAL_BYTES,
  MATERIAL_CLEARCOAT,
  MATERIAL_COLOR,
  MATERIAL_EMISSIVE,
  MATERIAL_INPUTS,
  MATERIAL_METALLIC,
  MATERIAL_OPACITY,
  MATERIAL_ROUGHNESS,
  MATERIAL_SPECULAR,
  MATERIAL_TEXTURED,
} from "../layout.js";

const CHANNELS = ["r", "g", "b", "a", "rgb"] as const;

/** True when light can pass: such parts are met by chance or weaken shadows instead of blocking. */
export function seesThrough(material: Material): boolean {
  return material.opacity < 1 || material.opacityTexture !== undefined;
}

/** True when nothing of the material can be seen. */
export function isInvisible(material: Material): boolean {
  return material.opacity <= 0 && material.opacityTexture === undefined;
}

export function emits(material: Material): boolean {
  return material.emissive.some((v) => v > 0);
}

/** A material's values after a change; a changed value replaces its texture. */
export function changed(material: Material, change: MaterialChange): Material {
  const out = { ...material, ...change };
  if (change.color) delete out.colorTexture;
  if (change.metallic !== undefined) delete out.metallicTexture;
  if (change.roughness !== undefined) delete out.roughnessTexture;
  return out;
}

/** Writes a material's block at `at`. Values out of range are limited. */
export function packMaterial(material: Material, block: Uint8Array): void {
  const view = new DataView(block.buffer, block.byteOffset, MATERIAL_BYTES);
  const float = (offset: number, value: number) => view.setFloat32(offset, value, true);
  const int = (offset: number, value: number) => view.setInt32(offset, value, true);
  material.color.forEach((v, i) => {
    float(MATERIAL_COLOR + i * 4, unit(v));
  });
  material.emissive.forEach((v, i) => {
    float(MATERIAL_EMISSIVE + i * 4, Math.max(0, finite(v)));
  });
  float(MATERIAL_METALLIC, unit(material.metallic));
  float(MATERIAL_ROUGHNESS, unit(material.roughness));
  float(MATERIAL_SPECULAR, unit(material.specular));
  float(MATERIAL_CLEARCOAT, unit(material.clearcoat));
  float(MATERIAL_OPACITY, unit(material.opacity));
  const bumps = material.bumps;
  float(MATERIAL_BUMP_SLOPE, bumps && bumps.cell > 0 ? Math.max(0, finite(bumps.slope)) : 0);
  float(MATERIAL_BUMP_FREQUENCY, bumps && bumps.cell > 0 ? 1 / bumps.cell : 0);
  int(MATERIAL_BUMP_OCTAVES, Math.min(12, Math.max(1, Math.round(bumps?.octaves ?? 1))));
  int(MATERIAL_BUMP_SEED, bumps?.seed ?? 0);
  const inputs = inputsOf(material);
  int(MATERIAL_TEXTURED, inputs.some(Boolean) ? 1 : 0);
  inputs.forEach((input, i) => {
    const at = MATERIAL_INPUTS + i * INPUT_BYTES;
    int(at + INPUT_TEXTURE, input ? input.texture : -1);
    int(at + INPUT_CHANNEL, input ? CHANNELS.indexOf(input.channel) : 0);
    float(at + INPUT_SCALE, input?.scale ?? 1);
    float(at + INPUT_BIAS, input?.bias ?? 0);
  });
}

function inputsOf(material: Material): (TextureInput | undefined)[] {
  const out: (TextureInput | undefined)[] = [];
  out[INPUT_COLOR] = material.colorTexture;
  out[INPUT_METALLIC] = material.metallicTexture;
  out[INPUT_ROUGHNESS] = material.roughnessTexture;
  out[INPUT_NORMAL] = material.normalTexture;
  out[INPUT_OPACITY] = material.opacityTexture;
  return Array.from({ length: 5 }, (_, i) => out[i]);
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : 0;
}

function unit(value: number): number {
  return Math.min(1, Math.max(0, finite(value)));
}
