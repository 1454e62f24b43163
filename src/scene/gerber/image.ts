import type { Point, Polygon } from "../board/board.js";
import type { Affine } from "../planar/index.js";

/** What an aperture looks like at the origin, millimetres. A round pen keeps its diameter for strokes. */
export type Aperture = Readonly<{
  shape: readonly Polygon[];
  /** Diameter of a plain circle. */
  round?: number;
  /** Objects of an aperture block. */
  block?: readonly GerberObject[];
  /** How many objects a flash of the block draws. */
  weight?: number;
  /** X2 `AperFunction`, e.g. `SMDPad,CuDef`. */
  function?: string;
}>;

type Marks = Readonly<{
  /** True: draws; false: erases what lies below. */
  dark: boolean;
  /** X2 `TO.C` and the pin of `TO.P`. */
  component?: string;
  pin?: string;
  function?: string;
}>;

export type GerberObject = Marks &
  (
    | Readonly<{ kind: "flash"; aperture: Aperture; map: Affine }>
    | Readonly<{ kind: "stroke"; aperture: Aperture; map: Affine; points: readonly Point[] }>
    | Readonly<{ kind: "region"; rings: readonly (readonly Point[])[] }>
  );

/** A Gerber file, read. Objects are in drawing order. */
export type GerberImage = Readonly<{
  file: string;
  objects: readonly GerberObject[];
  /** X2 file attributes without their dot: `FileFunction` → `Copper,L1,Top`. */
  attributes: ReadonlyMap<string, string>;
  /** Name of the image (`%IN…*%`), where Eagle writes the layer. */
  name: string;
}>;
