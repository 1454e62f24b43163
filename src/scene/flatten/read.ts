import type { Rgb, Vec3 } from "../model.js";
import { attribute, type StagePrim } from "../usd/index.js";

/** A number attribute, or `fallback` when it is missing, blocked or not finite. */
export function number(prim: StagePrim, name: string, fallback: number): number {
  const value = attribute(prim, name)?.value;
  return typeof value === "number" && Number.isFinite(value) ? value : fallback;
}

export function boolean(prim: StagePrim, name: string, fallback: boolean): boolean {
  const value = attribute(prim, name)?.value;
  return typeof value === "boolean" ? value : typeof value === "number" ? value !== 0 : fallback;
}

export function text(prim: StagePrim, name: string, fallback: string): string {
  const value = attribute(prim, name)?.value;
  return typeof value === "string" ? value : fallback;
}

export function texts(prim: StagePrim, name: string): readonly string[] | undefined {
  const value = attribute(prim, name)?.value;
  return Array.isArray(value) && value.every((item) => typeof item === "string") ? value : undefined;
}

/** The numbers of a tuple or array attribute. */
export function numbers(prim: StagePrim, name: string): ArrayLike<number> | undefined {
  const value = attribute(prim, name)?.value;
  if (ArrayBuffer.isView(value)) return value as unknown as ArrayLike<number>;
  return Array.isArray(value) && typeof value[0] === "number" ? (value as number[]) : undefined;
}

export function vec3(prim: StagePrim, name: string, fallback: Vec3): Vec3 {
  const value = numbers(prim, name);
  if (value?.length !== 3 || !Array.from(value).every(Number.isFinite)) return fallback;
  return [value[0], value[1], value[2]];
}

export function colour(prim: StagePrim, name: string, fallback: Rgb): Rgb {
  const [r, g, b] = vec3(prim, name, fallback);
  return [Math.max(0, r), Math.max(0, g), Math.max(0, b)];
}
