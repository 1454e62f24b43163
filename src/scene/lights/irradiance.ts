import sharp from "sharp";
import { invert, transformDirection, transformPoint } from "../matrix.js";
import type { Light, Rgb, Texture, Vec3 } from "../model.js";

/**
 * Irradiance of an unshadowed point on the board (normal +Z), per channel, in units of radiance · steradian. A white
 * diffuse card there has the radiance E/π. Small error for lights that are near and large (32 points a light).
 */
export async function irradiance(
  lights: readonly Light[],
  at: Vec3,
  textures: readonly Texture[] = [],
): Promise<Rgb> {
  let [r, g, b] = [0, 0, 0];
  for (const light of lights) {
    if (!light.visible) continue;
    const shape = await geometricFactor(light, at, textures);
    const power = light.intensity * 2 ** light.exposure;
    r += light.color[0] * power * shape[0];
    g += light.color[1] * power * shape[1];
    b += light.color[2] * power * shape[2];
  }
  return [r, g, b];
}

/** Irradiance of a light of radiance 1. */
async function geometricFactor(light: Light, at: Vec3, textures: readonly Texture[]): Promise<Rgb> {
  const grey = (value: number): Rgb => [value, value, value];
  switch (light.kind) {
    case "dome":
      return light.texture === undefined ? grey(Math.PI) : pictureDome(light, textures[light.texture]);
    case "distant": {
      const solid = 2 * Math.PI * (1 - Math.cos(((light.angleDeg / 2) * Math.PI) / 180));
      const axis = unitAxis(light);
      return grey(Math.max(0, -axis[2]) * (light.normalize || solid === 0 ? 1 : solid));
    }
    case "sphere": {
      const centre = transformPoint([0, 0, 0], light.world);
      const radius = light.radius * stretch(light, [1, 0, 0]);
      const d = from(at, centre);
      const distance = Math.max(Math.hypot(...d), radius);
      const cosine = Math.max(0, d[2] / distance);
      const factor = ((Math.PI * radius * radius) / (distance * distance)) * cosine;
      return grey(light.normalize ? factor / (4 * Math.PI * radius * radius) : factor);
    }
    case "disk":
    case "rect":
    case "cylinder":
      return grey(surface(light, at));
  }
}

/** Sum over points of a flat light, or of a cylinder seen as its axis. */
function surface(light: Extract<Light, { kind: "disk" | "rect" | "cylinder" }>, at: Vec3): number {
  const axis = unitAxis(light);
  const cone = light.kind === "cylinder" ? undefined : coneOf(light.coneAngleDeg, light.coneSoftness);
  const { points, area } = pointsOf(light);
  let sum = 0;
  for (const local of points) {
    const d = from(at, transformPoint(local, light.world));
    const distance = Math.hypot(...d);
    if (!(distance > 0) || d[2] <= 0) continue;
    const leaving = -(d[0] * axis[0] + d[1] * axis[1] + d[2] * axis[2]) / distance;
    // A cylinder shows its side: 2 r h of 2 π r h, that is a third on average.
    const facing = light.kind === "cylinder" ? 1 / Math.PI : leaving;
    if (facing <= 0) continue;
    const dimmed = cone ? cone(leaving) : 1;
    sum += (facing * dimmed * d[2]) / distance / (distance * distance);
  }
  return ((light.normalize ? 1 : area) * sum) / points.length;
}

function pointsOf(light: Extract<Light, { kind: "disk" | "rect" | "cylinder" }>): {
  points: Vec3[];
  area: number;
} {
  const sx = stretch(light, [1, 0, 0]);
  const sy = stretch(light, [0, 1, 0]);
  if (light.kind === "disk") {
    const points = Array.from({ length: 32 }, (_, i): Vec3 => {
      // A sunflower fills the disk evenly.
      const radius = light.radius * Math.sqrt((i + 0.5) / 32);
      const angle = i * Math.PI * (3 - Math.sqrt(5));
      return [radius * Math.cos(angle), radius * Math.sin(angle), 0];
    });
    return { points, area: Math.PI * light.radius ** 2 * sx * sy };
  }
  if (light.kind === "rect") {
    const points = Array.from({ length: 36 }, (_, i): Vec3 => {
      const [u, v] = [((i % 6) + 0.5) / 6 - 0.5, (Math.floor(i / 6) + 0.5) / 6 - 0.5];
      return [u * light.width, v * light.height, 0];
    });
    return { points, area: light.width * light.height * sx * sy };
  }
  const points = Array.from({ length: 32 }, (_, i): Vec3 => [((i + 0.5) / 32 - 0.5) * light.length, 0, 0]);
  return { points, area: 2 * Math.PI * light.radius * sy * light.length * sx };
}

/** Full strength inside the soft border, none outside the cone; 90° and more is no cone. */
function coneOf(angleDeg: number, softness: number): (cosine: number) => number {
  if (angleDeg >= 90) return () => 1;
  const start = angleDeg * (1 - Math.min(1, Math.max(0, softness)));
  return (cosine) => {
    const angle = (Math.acos(Math.min(1, cosine)) * 180) / Math.PI;
    if (angle <= start) return 1;
    const t = Math.max(0, (angleDeg - angle) / (angleDeg - start));
    return t * t * (3 - 2 * t);
  };
}

/** Cosine-weighted mean of a latitude-longitude picture over the upper half of the world. */
async function pictureDome(light: Light, texture: Texture | undefined): Promise<Rgb> {
  const back = invert(light.world);
  if (!texture || !back) return [Math.PI, Math.PI, Math.PI];
  const [width, height] = [64, 512];
  const pixels = await sharp(texture.bytes)
    .removeAlpha()
    .toColourspace("srgb")
    .resize(width, height, { fit: "fill", kernel: "linear" })
    .raw()
    .toBuffer()
    .catch(() => undefined);
  if (!pixels || pixels.length !== width * height * 3) return [Math.PI, Math.PI, Math.PI];
  const sum = [0, 0, 0];
  const n = 96;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < 2 * n; j++) {
      // Points that are even in the cosine-weighted hemisphere.
      const s = Math.sqrt((i + 0.5) / n);
      const phi = (Math.PI * (j + 0.5)) / n;
      const world: Vec3 = [s * Math.cos(phi), s * Math.sin(phi), Math.sqrt(1 - s * s)];
      const [x, y, z] = transformDirection(world, back);
      const length = Math.hypot(x, y, z);
      const u = 0.5 - Math.atan2(x, z) / (2 * Math.PI);
      const v = Math.acos(Math.min(1, Math.max(-1, y / length))) / Math.PI;
      const at =
        (Math.min(height - 1, Math.floor(v * height)) * width + Math.min(width - 1, Math.floor(u * width))) *
        3;
      for (let c = 0; c < 3; c++) {
        const value = (pixels[at + c] as number) / 255;
        sum[c] = (sum[c] as number) + (texture.srgb ? linear(value) : value);
      }
    }
  return sum.map((s) => (Math.PI * s) / (2 * n * n)) as unknown as Rgb;
}

function linear(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

function unitAxis(light: Light): Vec3 {
  const [x, y, z] = transformDirection([0, 0, -1], light.world);
  const length = Math.hypot(x, y, z) || 1;
  return [x / length, y / length, z / length];
}

function stretch(light: Light, direction: Vec3): number {
  return Math.hypot(...transformDirection(direction, light.world));
}

function from(a: Vec3, b: Vec3): Vec3 {
  return [b[0] - a[0], b[1] - a[1], b[2] - a[2]];
}
