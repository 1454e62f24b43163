import { yawSwapsAxes } from "./yaw.js";

/** Tenths of a scene unit, as cookbooks and USD cameras write apertures and focal lengths, to scene units. */
export function fromTenths(value: number): number {
  return value / 10;
}

/** Scene units of a length in millimetres. */
export function fromMillimetres(mm: number, metersPerUnit: number): number {
  return (mm * 0.001) / metersPerUnit;
}

/**
 * The window's width grown (never shrunk) until square pixels and the cell counts cover the board (contract 1.2).
 * `aspect` is height / width of the picture; lengths in scene units. The height follows as width · aspect.
 */
export function grownAperture(o: {
  horizontalAperture: number;
  aspect: number;
  sizeX: number;
  sizeY: number;
  xNum: number;
  yNum: number;
  yawDeg: number;
}): number {
  const cellX = o.sizeX / o.xNum;
  const cellY = o.sizeY / o.yNum;
  return yawSwapsAxes(o.yawDeg)
    ? Math.max(o.horizontalAperture, cellY, cellX / o.aspect)
    : Math.max(o.horizontalAperture, cellX, cellY / o.aspect);
}
