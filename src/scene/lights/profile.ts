import sharp from "sharp";
import { rotation } from "../matrix.js";
import type { Light, Mat4, Rgb, Texture } from "../model.js";

/** Radiance of a dome by elevation above the board in degrees, 0 … 90. Nothing comes from below. */
export type ElevationProfile = (elevationDeg: number) => Rgb;

/** Rows of the picture; half of them lie below the horizon. */
const ROWS = 512;
const COLUMNS = 8;

/** Turns the pole of a dome, +Y, to the world's +Z. */
const UPRIGHT: Mat4 = rotation(0, 90);

/**
 * A dome whose light depends on elevation alone, as a ring rig behind a diffuser, scaled so that a white diffuse card
 * lying on the board has radiance 1 in every channel that is lit at all: cards stay neutral under coloured rings.
 */
export async function profileDome(
  name: string,
  profile: ElevationProfile,
): Promise<{ texture: Texture; light: (texture: number, brightness: Rgb) => Light }> {
  const rows = Array.from({ length: ROWS }, (_, row) => {
    const elevation = 90 - ((row + 0.5) / ROWS) * 180;
    return elevation > 0 ? profile(elevation) : ([0, 0, 0] as const);
  });
  const channel = (c: number) => rows.map((row) => row[c] as number);
  const peak = [0, 1, 2].map((c) => Math.max(...channel(c)));
  const bytes = new Uint8Array(ROWS * COLUMNS * 3);
  rows.forEach((row, y) => {
    for (let i = 0; i < COLUMNS * 3; i++) {
      const most = peak[i % 3] as number;
      bytes[y * COLUMNS * 3 + i] = most > 0 ? Math.round((255 * (row[i % 3] as number)) / most) : 0;
    }
  });
  // Irradiance of the picture as it is stored: ∫ L sin e cos e dφ de, divided by π.
  const card = [0, 1, 2].map((c) => {
    let sum = 0;
    for (let y = 0; y < ROWS / 2; y++) {
      const e = ((90 - ((y + 0.5) / ROWS) * 180) * Math.PI) / 180;
      sum +=
        ((bytes[y * COLUMNS * 3 + c] as number) / 255) * 2 * Math.sin(e) * Math.cos(e) * (Math.PI / ROWS);
    }
    return sum;
  });
  const gain = card.map((e) => (e > 0 ? 1 / e : 0));
  const png = await sharp(bytes, { raw: { width: COLUMNS, height: ROWS, channels: 3 } })
    .png()
    .toBuffer();
  return {
    texture: { name: `${name}.png`, bytes: new Uint8Array(png), srgb: false, wrap: "clamp" },
    light: (texture, brightness) => ({
      kind: "dome",
      path: `/_lighting/${name}`,
      world: UPRIGHT,
      visible: true,
      color: [0, 1, 2].map((c) => (gain[c] as number) * (brightness[c] as number)) as unknown as Rgb,
      intensity: 1,
      exposure: 0,
      normalize: false,
      texture,
    }),
  };
}

/** 1 between two elevations, falling to 0 within `edge` degrees around each end. */
export function band(elevation: number, low: number, high: number, edge = 4): number {
  return rise(elevation, low, edge) * (1 - rise(elevation, high, edge));
}

function rise(x: number, at: number, edge: number): number {
  const t = Math.min(1, Math.max(0, (x - at) / edge + 0.5));
  return t * t * (3 - 2 * t);
}
