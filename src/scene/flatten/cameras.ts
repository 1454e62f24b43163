import type { Mat4, SceneCamera } from "../model.js";
import type { StagePrim } from "../usd/index.js";
import { number, text } from "./read.js";

/** A UsdGeom camera. Apertures and focal length are stored in tenths of a scene unit (contract 1.1). */
export function cameraOf(prim: StagePrim, at: Readonly<{ path: string; world: Mat4 }>): SceneCamera {
  return {
    ...at,
    projection: text(prim, "projection", "perspective") === "orthographic" ? "orthographic" : "perspective",
    horizontalAperture: number(prim, "horizontalAperture", 20.955) / 10,
    verticalAperture: number(prim, "verticalAperture", 15.2908) / 10,
    focalLength: number(prim, "focalLength", 50) / 10,
    focusDistance: number(prim, "focusDistance", 0),
    fStop: number(prim, "fStop", 0),
  };
}
