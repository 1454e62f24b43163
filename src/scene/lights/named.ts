import type { Random } from "../../kit/random.js";
import type { NamedLighting, ReflowOptions } from "../cookbook/index.js";
import type { Light, Rgb, Texture } from "../model.js";
import { band, type ElevationProfile, profileDome } from "./profile.js";

type Changes = NonNullable<ReflowOptions["lighting"]>;
type Change = NonNullable<Changes[NamedLighting]>;

/** Spread of the brightness from trigger to trigger. */
const BRIGHTNESS = [0.96, 1.04] as const;

/**
 * Lightings as inspection machines capture them.
 * - SolderLight: red from above, green from the middle, blue from low angles. A mirror-like facet tilted by α shows
 *   what stands 2α from the camera's axis: flat solder is red, slopes of 15–30° green, steep ones blue.
 * - UniformLight: an even white dome, no shadows.
 * - LowAngleLight: white rings near the horizon; edges and lifted parts stand out, flat shiny surfaces are dark.
 * - WhiteLight: a white dome with coaxial light and a ring; lands, legend and colours as the eye sees them.
 */
function profileOf(name: NamedLighting, change: Change): ElevationProfile {
  const white = (value: number): Rgb => [value, value, value];
  switch (name) {
    case "SolderLight":
      // The colours overlap a little, as rings behind a diffuser do: flat tin is orange rather than pure red.
      return (e) => [
        band(e, 61, 200, 8),
        band(e, 29, 61, 8) + 0.4 * band(e, 61, 200, 8),
        band(e, 1, 29, 2) + 0.04 * band(e, 61, 200, 8),
      ];
    case "UniformLight":
      return () => white(1);
    case "LowAngleLight": {
      const [low, high] = change.elevation ?? [6, 24];
      return (e) => white(band(e, low, high));
    }
    case "WhiteLight":
      return (e) => white(0.7 + 0.4 * band(e, 35, 55, 8) + 0.7 * band(e, 76, 200, 6));
  }
}

/**
 * How bright a white diffuse card comes out, of 1. Colour rings are exposed for shiny solder, which mirrors one ring
 * alone and is several times as bright as a card: on such pictures everything dull is dark.
 */
export const CARD_BRIGHTNESS: Readonly<Record<NamedLighting, number>> = {
  SolderLight: 0.24,
  UniformLight: 0.8,
  LowAngleLight: 0.55,
  WhiteLight: 0.75,
};

export type NamedLightings = Readonly<{
  /** To be added to the scene's textures before it is opened for rendering. */
  textures: readonly Texture[];
  /** The lights of a lighting. `firstTexture`: index in the scene of `textures[0]`; brightness is drawn. */
  lights: (name: NamedLighting, firstTexture: number, random: Random) => NamedSample;
}>;

export type NamedSample = Readonly<{ lights: readonly Light[]; brightness: number }>;

/** Prepares the named lightings with the cookbook's changes. */
export async function namedLightings(
  names: readonly NamedLighting[],
  changes: Changes = {},
): Promise<NamedLightings> {
  const domes = await Promise.all(
    names.map(async (name) => ({ name, ...(await profileDome(name, profileOf(name, changes[name] ?? {}))) })),
  );
  return {
    textures: domes.map((dome) => dome.texture),
    lights: (name, firstTexture, random) => {
      const index = domes.findIndex((dome) => dome.name === name);
      const dome = domes[index];
      if (!dome) throw new RangeError(`the lighting ${name} was not prepared`);
      const change = changes[name] ?? {};
      const [low, high] = change.brightness ?? BRIGHTNESS;
      const brightness = random.range(low, high);
      const color = (change.color ?? [1, 1, 1]).map((c) => c * brightness) as unknown as Rgb;
      return { lights: [dome.light(firstTexture + index, color)], brightness };
    },
  };
}
