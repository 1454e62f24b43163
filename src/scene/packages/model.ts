import type { Family, Point } from "../board/board.js";
import type { TriangleMesh, Vec3 } from "../model.js";
import type { MaterialName } from "./materials.js";

/** Gap between pad and termination that reflowed solder fills, millimetres. */
export const STANDOFF = 0.015;

/** A landing in the component's own frame (its centre the origin, unrotated). */
export type LocalPad = Readonly<{
  pin: string;
  outline: readonly Point[];
  /** Of the outline's extent. */
  at: Point;
  size: readonly [x: number, y: number];
  drill?: Readonly<{ at: Point; diameter: number }>;
}>;

/** What a part of a model is for; decides its semantic class. */
export type Role = "body" | "lead" | "mark" | "solder";

/** One mesh of a model, in the component's frame: z = 0 is the seating plane, pads lie `STANDOFF` below. */
export type ModelPart = Readonly<{
  mesh: TriangleMesh;
  material: MaterialName;
  role: Role;
  /** Own frame of the mesh: rotated about Z (degrees), then moved. */
  at?: Vec3;
  rotation?: number;
  /** Parts with one key are the same mesh and are written once. */
  key?: string;
  /** Solder: the pin of its pad. */
  pin?: string;
}>;

export type PackageModel = Readonly<{ parts: readonly ModelPart[] }>;

/** What the recogniser finds out and the model builders need. Millimetres. */
export type PackageSpec = Readonly<{
  family: Exclude<Family, "none">;
  /** Canonical name: "0603", "SOT-23-5", "LQFP-48". */
  name: string;
  /** Body: along X (pin 1 of two-terminal parts at −X), along Y, height. */
  body: Vec3;
  /** A finer kind inside the family: "sma", "jst", "usb", "moulded", … */
  style: string;
  /** Degrees by which the model is turned in the component's frame, a multiple of 90. */
  turn: number;
}>;

export type ModelInput = Readonly<{
  spec: PackageSpec;
  /** In the model's frame (turned back by `spec.turn`). */
  pads: readonly LocalPad[];
  ref: string;
  value: string;
  /** Which of the interchangeable variants: solder amount, tint, date code. */
  variant: number;
  /** Seating plane down to the bottom side. */
  thickness: number;
}>;
