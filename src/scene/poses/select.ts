import { dataError, type Problem } from "../../kit/errors.js";
import type { NumpyRandom } from "../../kit/numpy-random.js";
import type { Vec3 } from "../model.js";
import type { DefectRequest } from "./types.js";

/** A chosen component with what was drawn for it. */
export type Choice = Readonly<{ path: string } & Draw>;

export type Draw =
  | Readonly<{ defect: "shift"; translate: Vec3; rotateZ: number }>
  | Readonly<{ defect: "tombstone" | "sideflip"; angle: number; sign: 1 | -1 }>
  | Readonly<{ defect: "reverse_polarity" | "missing" }>;

/**
 * Chooses components and draws their parameters (contract 3.2): defect by defect in the given order,
 * `max(1, ⌊|pool| · ratio⌋)` each, capped by what is left, without replacement and never a component twice; right after
 * a defect's choice the parameters of its components follow in the order chosen. The stream is NumPy's: `choice`
 * without replacement, then per component
 * - shift: `uniform` for x, y and z (z is 0 and still uses up a draw), then for the angle;
 * - tombstone, sideflip: `choice([-1, 1])`, then `uniform(min, max)`.
 *
 * A defect for which nothing is eligible is a problem and draws nothing.
 */
export function chooseDefects(
  pool: readonly string[],
  requests: readonly DefectRequest[],
  random: NumpyRandom,
): { choices: readonly Choice[]; problems: readonly Problem[] } {
  const used = new Set<string>();
  const choices: Choice[] = [];
  const problems: Problem[] = [];
  for (const request of requests) {
    check(request);
    const possible = eligibleFor(pool, request);
    const eligible = possible.filter((path) => !used.has(path));
    if (eligible.length === 0) {
      problems.push(nothingEligible(request, pool.length, possible.length));
      continue;
    }
    const wanted = Math.max(1, Math.floor(pool.length * request.ratio));
    const chosen = random.choice(eligible.length, Math.min(wanted, eligible.length), { replace: false });
    for (const index of chosen) {
      const path = eligible[index]!;
      used.add(path);
      choices.push({ path, ...draw(request, random) });
    }
  }
  return { choices, problems };
}

/** The pool's paths that the request's filter lets through. */
export function eligibleFor(pool: readonly string[], request: DefectRequest): string[] {
  const filter = request.componentTypes;
  if (!filter || filter.length === 0) return [...pool];
  return pool.filter((path) => filter.some((type) => path.includes(type)));
}

function draw(request: DefectRequest, random: NumpyRandom): Draw {
  if (request.type === "shift") {
    const t = request.translateRange;
    const translate: Vec3 = [random.uniform(-t, t), random.uniform(-t, t), random.uniform(0, 0)];
    return {
      defect: "shift",
      translate,
      rotateZ: random.uniform(-request.rotateZRange, request.rotateZRange),
    };
  }
  if (request.type === "tombstone" || request.type === "sideflip") {
    const sign = random.index(2) === 0 ? -1 : 1;
    return { defect: request.type, sign, angle: random.uniform(request.angleMin, request.angleMax) };
  }
  return { defect: request.type };
}

function check(request: DefectRequest): void {
  const bad = (field: string, message: string): never => {
    throw dataError(
      "bad_defect_parameter",
      `defects.${request.type}.${field} ${message}`,
      "Correct the value in the cookbook's defects.",
      { field: `defects.${request.type}.${field}` },
    );
  };
  const range = (field: string, value: number, low: number, high: number): void => {
    if (!(value >= low && value <= high)) bad(field, `is ${value}; ${low} to ${high} is possible`);
  };
  range("ratio", request.ratio, 0, 1);
  if (request.type === "shift") {
    range("translate_range", request.translateRange, 0, 1e6);
    range("rotate_z_range", request.rotateZRange, 0, 180);
  } else if (request.type === "tombstone" || request.type === "sideflip") {
    range("angle_min", request.angleMin, 0, 180);
    range("angle_max", request.angleMax, 0, 180);
    if (request.angleMin > request.angleMax)
      bad("angle_min", `${request.angleMin} is above angle_max ${request.angleMax}`);
  }
}

function nothingEligible(request: DefectRequest, pool: number, possible: number): Problem {
  const filter = request.componentTypes?.join(", ") ?? "";
  const taken = possible > 0;
  return {
    code: "no_eligible_components",
    severity: "warning",
    message: taken
      ? `${request.type}: earlier defects have taken all ${possible} components that it could get; it is skipped`
      : `${request.type}: none of the ${pool} components matches ${filter || "it"}; it is skipped`,
    hint: taken
      ? `Write ${request.type} before the defects that take its components, or lower their ratios.`
      : `Correct defects.${request.type}.component_types.`,
    where: { field: `defects.${request.type}` },
  };
}
