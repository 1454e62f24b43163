import type { Material, Rgb, TextureInput } from "../model.js";
import { propertyMetadata, type ResolvedValue, type StagePrim } from "../usd/index.js";
import { follow, type Input, type Source, shaderId } from "./networks.js";
import type { Report } from "./problems.js";
import { boolean, colour, number, numbers, text } from "./read.js";
import { type Surface, surfaceOf } from "./surfaces.js";
import type { TextureList } from "./textures.js";

type Find = (path: string) => StagePrim | undefined;

/** Placement of texture coordinates: `uv · scale`, turned counter-clockwise, moved. */
export type UvTransform = Readonly<{
  scale: readonly [number, number];
  rotationDeg: number;
  translation: readonly [number, number];
}>;

/** A material and what its textures ask of the meshes that wear it. */
export type ReadMaterial = Readonly<{ material: Material; uvName?: string; uvTransform?: UvTransform }>;

export const GREY: Omit<Material, "path" | "name"> = {
  color: [0.18, 0.18, 0.18],
  metallic: 0,
  roughness: 0.5,
  specular: 0.5,
  clearcoat: 0,
  opacity: 1,
  emissive: [0, 0, 0],
};

const OUTPUTS = ["outputs:surface", "outputs:mdl:surface", "outputs:mtlx:surface"];

/** Reads a Material prim. A surface shader that is not known gives the grey of `displayColor`'s fallback. */
export function readMaterial(
  prim: StagePrim,
  find: Find,
  textures: TextureList,
  problems: Report,
): ReadMaterial {
  const place = { path: prim.path, name: prim.name };
  const shaders = OUTPUTS.map((output) => follow(prim, output, find).source?.shader).filter(
    (s) => s !== undefined,
  );
  const shader = shaders.find((s) => surfaceOf(shaderId(s)));
  if (!shader) {
    const ids = shaders.map(shaderId).filter((id) => id !== "");
    problems.warn(
      "usd_material_unknown",
      prim.path,
      ids.length > 0
        ? `the material ${prim.path} uses the shader "${ids.join('", "')}", which is not known; it is drawn grey`
        : `the material ${prim.path} has no surface shader; it is drawn grey`,
      "Give the material a UsdPreviewSurface.",
    );
    return { material: { ...place, ...GREY } };
  }
  const surface = surfaceOf(shaderId(shader))!;
  return networkMaterial(place, shader, surface, { find, textures, problems });
}

type Context = Readonly<{ find: Find; textures: TextureList; problems: Report }>;

function networkMaterial(
  place: { path: string; name: string },
  shader: StagePrim,
  surface: Surface,
  context: Context,
): ReadMaterial {
  const input = (names: readonly string[]): Input => {
    for (const name of names) {
      const found = follow(shader, `inputs:${name}`, context.find);
      if (found.value || found.source) return found;
    }
    return {};
  };
  const color = input(surface.color);
  const metallic = input(surface.metallic);
  const roughness = input(surface.roughness);
  const opacity = input(surface.opacity);
  const maps = {
    colorTexture: textureFor(color, shader, surface, "color", context),
    metallicTexture: textureFor(metallic, shader, surface, "metallic", context),
    roughnessTexture: textureFor(roughness, shader, surface, "roughness", context),
    normalTexture: textureFor(input(surface.normal), shader, surface, "normal", context),
    opacityTexture: textureFor(opacity, shader, surface, "opacity", context),
  };
  const { fallback } = surface;
  const weight = scalarOf(input(["base"]), 1);
  const material: Material = {
    ...place,
    color: scaled(colourOf(color, maps.colorTexture, fallback.color), weight),
    metallic: clamp(scalarOf(metallic, fallback.metallic)),
    roughness: clamp(scalarOf(roughness, fallback.roughness)),
    specular: specularOf(shader),
    clearcoat: clamp(scalarOf(input(surface.clearcoat), 0)),
    opacity: clamp(scalarOf(opacity, 1)),
    emissive: emissiveOf(shader, input(surface.emissive)),
    ...Object.fromEntries(
      Object.entries(maps).flatMap(([key, map]) => (map?.input ? [[key, map.input]] : [])),
    ),
  };
  const first = Object.values(maps).find((map) => map?.input !== undefined);
  return {
    ...specularWorkflow(shader, material),
    ...(first?.uvName === undefined ? {} : { uvName: first.uvName }),
    ...(first?.uvTransform === undefined ? {} : { uvTransform: first.uvTransform }),
  };
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}

function scaled([r, g, b]: Rgb, by: number): Rgb {
  return [r * by, g * by, b * by];
}

function asColour(value: ResolvedValue | undefined): Rgb | undefined {
  const raw = value?.value;
  if (typeof raw === "number") return [raw, raw, raw];
  if (!Array.isArray(raw) || raw.length < 3 || !raw.slice(0, 3).every(Number.isFinite)) return undefined;
  return [Math.max(0, Number(raw[0])), Math.max(0, Number(raw[1])), Math.max(0, Number(raw[2]))];
}

function colourOf(input: Input, map: Map2d | undefined, fallback: number): Rgb {
  return asColour(input.value) ?? map?.fallback ?? [fallback, fallback, fallback];
}

function scalarOf(input: Input, fallback: number): number {
  const value = input.value?.value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  const rgb = asColour(input.value);
  return rgb ? (rgb[0] + rgb[1] + rgb[2]) / 3 : fallback;
}

/** Reflection strength from the index of refraction (`ior`) or from `specular`, `specular_level`. */
function specularOf(shader: StagePrim): number {
  const level = number(shader, "inputs:specular_level", number(shader, "inputs:specular", Number.NaN));
  if (Number.isFinite(level)) return clamp(level * 0.5 * (shaderId(shader).startsWith("OmniPBR") ? 2 : 1));
  const ior = number(shader, "inputs:ior", number(shader, "inputs:specular_IOR", 1.5));
  return clamp(((ior - 1) / (ior + 1)) ** 2 / 0.08);
}

/** The specular workflow names the reflection's colour; a strong one is what the other workflow calls metal. */
function specularWorkflow(shader: StagePrim, material: Material): { material: Material } {
  if (!boolean(shader, "inputs:useSpecularWorkflow", false)) return { material };
  const f0 = colour(shader, "inputs:specularColor", [0, 0, 0]);
  const strength = (f0[0] + f0[1] + f0[2]) / 3;
  if (strength > 0.2) return { material: { ...material, color: f0, metallic: 1 } };
  return { material: { ...material, metallic: 0, specular: clamp(strength / 0.08) } };
}

function emissiveOf(shader: StagePrim, input: Input): Rgb {
  const rgb = asColour(input.value) ?? [0, 0, 0];
  // MaterialX surfaces weigh the colour; the weight is 0 unless it is written.
  if (!shaderId(shader).startsWith("ND_standard_surface")) return rgb;
  return scaled(rgb, number(shader, "inputs:emission", 0));
}

/** `input` is missing where the file cannot be read: then only the fallback counts. */
type Map2d = Readonly<{ input?: TextureInput; fallback?: Rgb; uvName?: string; uvTransform?: UvTransform }>;
type Role = "color" | "metallic" | "roughness" | "normal" | "opacity";

const CHANNELS: Readonly<Record<string, TextureInput["channel"]>> = { r: "r", g: "g", b: "b", a: "a" };

function textureFor(
  input: Input,
  shader: StagePrim,
  surface: Surface,
  role: Role,
  context: Context,
): Map2d | undefined {
  const direct = surface.files?.[role];
  if (direct) {
    const file = follow(shader, `inputs:${direct}`, context.find).value;
    const texture = context.textures.add(file, shader, role === "color", "repeat");
    if (texture === undefined) return undefined;
    return {
      input: { texture, channel: role === "color" || role === "normal" ? "rgb" : "r", scale: 1, bias: 0 },
    };
  }
  const found = input.source && imageBehind(input.source, context.find);
  if (!found) {
    if (input.source)
      context.problems.info(
        "usd_shader_unknown",
        input.source.shader.path,
        `the shader "${shaderId(input.source.shader)}" at ${input.source.shader.path} is not known; its input is left constant`,
        "Use UsdUVTexture for textures.",
      );
    return undefined;
  }
  return imageMap(found, role, context);
}

/** The image node that feeds a source, through nodes that pass it on (normal maps, conversions, swizzles). */
function imageBehind({ shader, output }: Source, find: Find, depth = 0): Source | undefined {
  const id = shaderId(shader);
  if (/^(?:UsdUVTexture|ND_UsdUVTexture|ND_(?:tiled)?image_|ND_gltf_)/.test(id)) return { shader, output };
  if (depth > 8 || !/^ND_/.test(id)) return undefined;
  for (const name of ["in", "in1", "bg", "fg"]) {
    const { source } = follow(shader, `inputs:${name}`, find);
    const found = source && imageBehind(source, find, depth + 1);
    if (found) return found;
  }
  return undefined;
}

function imageMap(
  { shader, output }: Source,
  role: Role,
  { find, textures, problems }: Context,
): Map2d | undefined {
  const isColour = role === "color";
  const file = follow(shader, "inputs:file", find).value;
  const texture = textures.add(file, shader, isSrgb(shader, file, isColour), wrapOf(shader));
  const fallback = numbers(shader, "inputs:fallback");
  const rgb: Rgb | undefined =
    fallback && fallback.length >= 3 ? [fallback[0], fallback[1], fallback[2]] : undefined;
  if (texture === undefined) return rgb && { fallback: rgb };
  const channel = CHANNELS[output] ?? (isColour || role === "normal" ? "rgb" : "r");
  const st = follow(shader, "inputs:st", find);
  const placed = st.source ? placement(st.source, find) : {};
  return {
    input: {
      texture,
      channel,
      scale: component(shader, "inputs:scale", channel, 1, problems),
      bias: component(shader, "inputs:bias", channel, 0, problems),
    },
    ...(rgb ? { fallback: rgb } : {}),
    ...placed,
  };
}

function isSrgb(shader: StagePrim, file: ResolvedValue | undefined, isColour: boolean): boolean {
  const space =
    text(shader, "inputs:sourceColorSpace", "") ||
    String(
      file?.spec.metadata.get("colorSpace") ?? propertyMetadata(shader, "inputs:file", "colorSpace") ?? "",
    );
  if (/^(?:sRGB|srgb_texture|srgb)/i.test(space)) return true;
  if (/^(?:raw|lin|none|scene_linear)/i.test(space)) return false;
  return isColour;
}

function wrapOf(shader: StagePrim): "repeat" | "clamp" | "mirror" | "black" {
  const wrap = text(shader, "inputs:wrapS", text(shader, "inputs:uaddressmode", "repeat"));
  return wrap === "clamp" || wrap === "mirror" || wrap === "black" ? wrap : "repeat";
}

/** One number for the channel that is used; three that differ are averaged. */
function component(
  shader: StagePrim,
  name: string,
  channel: TextureInput["channel"],
  fallback: number,
  problems: Report,
): number {
  const value = numbers(shader, name);
  if (!value || value.length < 4) return fallback;
  if (channel !== "rgb") return value["rgba".indexOf(channel)];
  if (value[0] !== value[1] || value[1] !== value[2])
    problems.info(
      "usd_texture_scale",
      shader.path,
      `${name.slice("inputs:".length)} of ${shader.path} differs by channel; the mean is used`,
      "Bake the tint into the texture.",
    );
  return (value[0] + value[1] + value[2]) / 3;
}

/** The primvar that texture coordinates come from, and the UsdTransform2d on the way. */
function placement({ shader }: Source, find: Find): { uvName?: string; uvTransform?: UvTransform } {
  const id = shaderId(shader);
  if (/^(?:ND_)?UsdPrimvarReader/.test(id)) {
    const value = follow(shader, "inputs:varname", find).value?.value;
    return typeof value === "string" && value !== "" ? { uvName: value } : {};
  }
  if (!/^(?:ND_)?UsdTransform2d/.test(id)) return {};
  const inner = follow(shader, "inputs:in", find).source;
  const pair = (name: string, fallback: number): readonly [number, number] => {
    const value = numbers(shader, name);
    return value && value.length === 2 ? [value[0], value[1]] : [fallback, fallback];
  };
  return {
    ...(inner ? placement(inner, find) : {}),
    uvTransform: {
      scale: pair("inputs:scale", 1),
      rotationDeg: number(shader, "inputs:rotation", 0),
      translation: pair("inputs:translation", 0),
    },
  };
}

/** The material of a prim without a bound one: its `displayColor`. */
export function displayMaterial(rgb: Rgb, opacity: number): Material {
  return { ...GREY, path: "", name: "displayColor", color: rgb, opacity: clamp(opacity) };
}
