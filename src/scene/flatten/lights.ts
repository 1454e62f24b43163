import type { Light, Mat4, Rgb } from "../model.js";
import type { StagePrim } from "../usd/index.js";
import { attribute } from "../usd/index.js";
import type { Report } from "./problems.js";
import { boolean, colour, number } from "./read.js";

const KINDS: Readonly<Record<string, Light["kind"]>> = {
  DomeLight: "dome",
  DomeLight_1: "dome",
  DistantLight: "distant",
  DiskLight: "disk",
  RectLight: "rect",
  SphereLight: "sphere",
  CylinderLight: "cylinder",
};
const UNREAD: ReadonlySet<string> = new Set([
  "MeshLight",
  "GeometryLight",
  "PortalLight",
  "VolumeLight",
  "PluginLight",
]);

export function isLight(prim: StagePrim): boolean {
  return prim.typeName in KINDS || UNREAD.has(prim.typeName);
}

/** A UsdLux light with the schema's fallbacks. Names with and without `inputs:` are read. */
export function lightOf(
  prim: StagePrim,
  at: Readonly<{ path: string; world: Mat4; visible: boolean }>,
  textureOf: (prim: StagePrim, name: string) => number | undefined,
  problems: Report,
): Light | undefined {
  const kind = KINDS[prim.typeName];
  if (!kind) {
    problems.warn(
      "usd_light_unknown",
      prim.path,
      `lights of the type ${prim.typeName} are not read`,
      "Use a disk, rect, sphere, cylinder, distant or dome light.",
    );
    return undefined;
  }
  const input = (name: string): string => {
    const long = `inputs:${name}`;
    return attribute(prim, long) || !attribute(prim, name) ? long : name;
  };
  const get = (name: string, fallback: number): number => number(prim, input(name), fallback);
  const base = {
    ...at,
    color: warmed(prim, colour(prim, input("color"), [1, 1, 1]), input),
    intensity: get("intensity", kind === "distant" ? 50000 : 1),
    exposure: get("exposure", 0),
    normalize: boolean(prim, input("normalize"), false),
  };
  const cone = {
    coneAngleDeg: get("shaping:cone:angle", 90),
    coneSoftness: get("shaping:cone:softness", 0),
  };
  switch (kind) {
    case "dome": {
      const texture = textureOf(prim, input("texture:file"));
      return { ...base, kind, ...(texture === undefined ? {} : { texture }) };
    }
    case "distant":
      return { ...base, kind, angleDeg: get("angle", 0.53) };
    case "disk":
      return { ...base, kind, radius: get("radius", 0.5), ...cone };
    case "rect":
      return { ...base, kind, width: get("width", 1), height: get("height", 1), ...cone };
    case "sphere":
      return { ...base, kind, radius: get("radius", 0.5) };
    case "cylinder":
      return { ...base, kind, radius: get("radius", 0.5), length: get("length", 1) };
  }
}

function warmed(prim: StagePrim, color: Rgb, input: (name: string) => string): Rgb {
  if (!boolean(prim, input("enableColorTemperature"), false)) return color;
  const [r, g, b] = blackbody(number(prim, input("colorTemperature"), 6500));
  return [color[0] * r, color[1] * g, color[2] * b];
}

/**
 * Linear Rec.709 colour of a black body, scaled to unit luminance: chromaticity by Kim et al. (2002), good from 1667 K
 * to 25000 K.
 */
export function blackbody(kelvin: number): Rgb {
  const t = Math.min(25000, Math.max(1667, kelvin));
  const at = (a: number, b: number, c: number, d: number, u: number): number => ((a * u + b) * u + c) * u + d;
  const x =
    t <= 4000
      ? at(-0.2661239e9, -0.2343589e6, 0.8776956e3, 0.17991, 1 / t)
      : at(-3.0258469e9, 2.1070379e6, 0.2226347e3, 0.24039, 1 / t);
  const y =
    t <= 2222
      ? at(-1.1063814, -1.3481102, 2.18555832, -0.20219683, x)
      : t <= 4000
        ? at(-0.9549476, -1.37418593, 2.09137015, -0.16748867, x)
        : at(3.081758, -5.8733867, 3.75112997, -0.37001483, x);
  // XYZ of luminance 1, then to Rec.709.
  const [X, Z] = [x / y, (1 - x - y) / y];
  const rgb = [
    3.2404542 * X - 1.5371385 - 0.4985314 * Z,
    -0.969266 * X + 1.8760108 + 0.041556 * Z,
    0.0556434 * X - 0.2040259 + 1.0572252 * Z,
  ].map((channel) => Math.max(0, channel));
  const luminance = 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
  return [rgb[0] / luminance, rgb[1] / luminance, rgb[2] / luminance];
}
