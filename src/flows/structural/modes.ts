import { ReflowError } from "../../kit/errors.js";
import { nearestName } from "../../kit/nearest-name.js";
import type { Defects } from "../../scene/cookbook/index.js";

/**
 * The defects of a cookbook with `defect_modes` applied (dig 1.7): `all` leaves its switches alone, a list switches those
 * modes on and all others off. Throws `defect_mode_unknown` for a mode that the cookbook does not describe.
 */
export function chosenModes(defects: Defects, modes: string): Defects {
  if (modes === "all") return defects;
  const known = Object.keys(defects).filter((name) => name !== "missing");
  const wanted = modes.split(",");
  for (const mode of wanted) {
    if (known.includes(mode)) continue;
    const near = nearestName(mode, known);
    throw new ReflowError(
      "usage",
      "defect_mode_unknown",
      mode === "missing"
        ? "missing components are no structural defect here"
        : `unknown defect_modes: ${mode}`,
      mode === "missing"
        ? 'Use `reflow generate texture-day0` with the pair ["passive_component","missing"].'
        : near
          ? `Did you mean ${near}?`
          : `Choose from ${known.join(", ")}, separated by commas without spaces, or all.`,
    );
  }
  return Object.fromEntries(
    Object.entries(defects).map(([name, settings]) => [
      name,
      { ...settings, enabled: wanted.includes(name) },
    ]),
  ) as Defects;
}
