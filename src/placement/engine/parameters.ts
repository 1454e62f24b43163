import type { Problem } from "../../kit/errors.js";
import type { Alignment } from "./alignment.js";

export type Range = readonly [low: number, high: number];

export const MORPHS = ["dilate", "erode", "open", "close"] as const;
export type Morph = (typeof MORPHS)[number];

/** How a shape is changed before it is placed (contract 5.4). Angles are degrees, shifts whole pixels. */
export type Augmentation = Readonly<{
  shift_x_probability: number;
  shift_y_probability: number;
  rotation_probability: number;
  scale_x_probability: number;
  scale_y_probability: number;
  flip_x_probability: number;
  flip_y_probability: number;
  shear_x_probability: number;
  shear_y_probability: number;
  morph_probability: number;
  shift_x_range: Range;
  shift_y_range: Range;
  rotation_range: Range;
  scale_x_range: Range;
  scale_y_range: Range;
  scale_fixed_ratio: boolean;
  shear_x_range: Range;
  shear_y_range: Range;
  morph_operations: readonly Morph[];
  kernel_size: number;
}>;

/** Which ranges follow from region and shape instead of being given. */
export type Dynamic = Readonly<{ shift: boolean; rotation: boolean; shear: boolean }>;

export const DEFAULT_AUGMENTATION: Augmentation = {
  shift_x_probability: 1,
  shift_y_probability: 1,
  rotation_probability: 1,
  scale_x_probability: 1,
  scale_y_probability: 1,
  flip_x_probability: 0.5,
  flip_y_probability: 0.5,
  shear_x_probability: 1,
  shear_y_probability: 1,
  morph_probability: 1,
  shift_x_range: [-30, 30],
  shift_y_range: [-30, 30],
  rotation_range: [-30, 30],
  scale_x_range: [0.25, 4],
  scale_y_range: [0.25, 4],
  scale_fixed_ratio: false,
  shear_x_range: [-10, 10],
  shear_y_range: [-10, 10],
  morph_operations: MORPHS,
  kernel_size: 3,
};

export const ALL_DYNAMIC: Dynamic = { shift: true, rotation: true, shear: true };

/**
 * Reads augmentation settings as they stand in a JSON or YAML file. A given range switches its dynamic counterpart off
 * (one axis is enough for shift and shear). Unknown keys and wrong values are errors, all listed.
 */
export function readAugmentation(
  value: unknown,
  file?: string,
): { augmentation: Augmentation; dynamic: Dynamic; problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const bad = (field: string, message: string, hint: string): void => {
    problems.push({
      code: "augmentation_invalid",
      severity: "error",
      message,
      hint,
      where: { ...(file ? { file } : {}), field },
    });
  };
  const given: Record<string, unknown> = {};
  if (typeof value !== "object" || value === null || Array.isArray(value))
    bad("", "the augmentation settings are not an object", "Write keys such as rotation_range.");
  else
    for (const [key, entry] of Object.entries(value)) {
      const fault = Object.hasOwn(DEFAULT_AUGMENTATION, key)
        ? faultOf(key, entry)
        : `unknown key; known are ${Object.keys(DEFAULT_AUGMENTATION).join(", ")}`;
      if (fault) bad(key, `${key}: ${fault}`, "Correct or remove the key.");
      else given[key] = entry;
    }
  const has = (...keys: string[]): boolean => keys.some((key) => Object.hasOwn(given, key));
  return {
    augmentation: { ...DEFAULT_AUGMENTATION, ...given },
    dynamic: {
      shift: !has("shift_x_range", "shift_y_range"),
      rotation: !has("rotation_range"),
      shear: !has("shear_x_range", "shear_y_range"),
    },
    problems,
  };
}

function faultOf(key: string, value: unknown): string | undefined {
  const number = (v: unknown): v is number => typeof v === "number" && Number.isFinite(v);
  if (key.endsWith("_probability"))
    return number(value) && value >= 0 && value <= 1 ? undefined : "expected a number from 0 to 1";
  if (key.endsWith("_range")) {
    if (!Array.isArray(value) || value.length !== 2 || !value.every(number) || value[0] > value[1])
      return "expected two numbers, the smaller first";
    if (key.startsWith("shift") && !value.every(Number.isInteger)) return "expected whole pixels";
    if (key.startsWith("scale") && value[0] < 0) return "a scale is not negative";
    if (key.startsWith("shear") && value.some((v: number) => Math.abs(v) >= 90))
      return "a shear is less than 90 degrees";
    return undefined;
  }
  if (key === "scale_fixed_ratio") return typeof value === "boolean" ? undefined : "expected true or false";
  if (key === "kernel_size")
    return number(value) && Number.isInteger(value) && value >= 1 && value <= 99
      ? undefined
      : "expected a whole number from 1 to 99";
  return Array.isArray(value) && value.length > 0 && value.every((v) => MORPHS.includes(v))
    ? undefined
    : `expected a list of ${MORPHS.join(", ")}`;
}

/**
 * Strict alignment: nothing may move the fixed point off its target. Shifts are off, and flips where they would carry
 * the point to another side.
 */
export function strictly(augmentation: Augmentation, alignment: Alignment): Augmentation {
  const keepsX = alignment === "center" || alignment === "top_center" || alignment === "bottom_center";
  const keepsY = alignment === "center" || alignment === "left_center" || alignment === "right_center";
  return {
    ...augmentation,
    shift_x_probability: 0,
    shift_y_probability: 0,
    flip_x_probability: keepsX ? augmentation.flip_x_probability : 0,
    flip_y_probability: keepsY ? augmentation.flip_y_probability : 0,
  };
}
