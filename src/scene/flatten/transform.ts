import { IDENTITY, invert, multiply, rotation, scaling, translation } from "../matrix.js";
import type { Mat4, Vec3 } from "../model.js";
import type { StagePrim } from "../usd/index.js";
import type { Report } from "./problems.js";
import { number, numbers, texts } from "./read.js";

export type Local = Readonly<{ matrix: Mat4 /** The parent's transform does not apply. */; reset: boolean }>;

const PLAIN: Local = { matrix: IDENTITY, reset: false };

/**
 * The local transform of a prim by `xformOpOrder`. The first op listed is applied last (`p · last … · first`).
 * `rotateXYZ` turns about X first. An op that is missing, unknown or not finite counts as identity and is reported.
 */
export function localTransform(prim: StagePrim, problems: Report): Local {
  const order = texts(prim, "xformOpOrder");
  if (!order) return PLAIN;
  let matrix: Mat4 = IDENTITY;
  let reset = false;
  for (const entry of order) {
    if (entry === "!resetXformStack!") {
      reset = true;
      matrix = IDENTITY;
      continue;
    }
    const inverse = entry.startsWith("!invert!");
    const name = inverse ? entry.slice("!invert!".length) : entry;
    const op = opMatrix(prim, name);
    const used = op && inverse ? invert(op) : op;
    if (used) matrix = multiply(used, matrix);
    else
      problems.warn(
        "usd_bad_transform",
        prim.path,
        `the transform op "${entry}" of ${prim.path} has no usable value`,
        "Give the op a value, or take it out of xformOpOrder.",
      );
  }
  return { matrix, reset };
}

function opMatrix(prim: StagePrim, name: string): Mat4 | undefined {
  const [space, kind] = name.split(":");
  const raw = attributeNumbers(prim, name);
  if (space !== "xformOp" || !raw?.every(Number.isFinite)) return undefined;
  if (kind === "transform") return raw.length === 16 ? raw : undefined;
  if (kind === "orient") return raw.length === 4 ? quaternion(raw) : undefined;
  const single = /^(translate|scale|rotate)([XYZ])$/.exec(kind ?? "");
  if (single && raw.length === 1) return alongAxis(single[1], axisOf(single[2]), raw[0]);
  if (raw.length !== 3) return undefined;
  const triple: Vec3 = [raw[0], raw[1], raw[2]];
  if (kind === "translate") return translation(triple);
  if (kind === "scale") return scaling(triple);
  const turns = /^rotate(XYZ|XZY|YXZ|YZX|ZXY|ZYX)$/.exec(kind ?? "")?.[1];
  if (!turns) return undefined;
  const [a, b, c] = [...turns].map((letter) => rotation(axisOf(letter), triple[axisOf(letter)]));
  return multiply(a, b, c);
}

function attributeNumbers(prim: StagePrim, name: string): readonly number[] | undefined {
  const list = numbers(prim, name);
  if (list) return Array.from(list);
  const one = number(prim, name, Number.NaN);
  return Number.isNaN(one) ? undefined : [one];
}

function axisOf(letter: string): 0 | 1 | 2 {
  return letter === "X" ? 0 : letter === "Y" ? 1 : 2;
}

function alongAxis(kind: string, axis: 0 | 1 | 2, value: number): Mat4 {
  if (kind === "rotate") return rotation(axis, value);
  const vector: [number, number, number] = kind === "scale" ? [1, 1, 1] : [0, 0, 0];
  vector[axis] = value;
  return kind === "scale" ? scaling(vector) : translation(vector);
}

/** Rotation by a quaternion `w x y z`; it need not be of unit length. */
export function quaternion(q: ArrayLike<number>): Mat4 {
  const length = Math.hypot(q[0], q[1], q[2], q[3]);
  if (!(length > 0)) return IDENTITY;
  const [w, x, y, z] = [q[0] / length, q[1] / length, q[2] / length, q[3] / length];
  return [
    ...[1 - 2 * (y * y + z * z), 2 * (x * y + w * z), 2 * (x * z - w * y), 0],
    ...[2 * (x * y - w * z), 1 - 2 * (x * x + z * z), 2 * (y * z + w * x), 0],
    ...[2 * (x * z + w * y), 2 * (y * z - w * x), 1 - 2 * (x * x + y * y), 0],
    ...[0, 0, 0, 1],
  ];
}
