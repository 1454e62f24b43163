import { ReflowError } from "../../kit/errors.js";
import { placeMasks } from "../../placement/index.js";
import { whole } from "../run/knobs.js";
import type { FlowRequest, Step } from "../run/types.js";

export const PLACEMENT = "placement";

/** First seed of placements (dig 1.5). */
const BASE_SEED = 42;

export type PlacedMasks = {
  allocation: { [type: string]: number };
  placed: { [type: string]: number };
  warnings: { code: string; message: string }[];
};

/** Decides where the defects of `dataset` lie (dig 1.5): test cases for the generator. Throws `nothing_placed`. */
export function placeStep(
  o: Readonly<{ request: FlowRequest; dataset: string; below: boolean }>,
): Step<PlacedMasks> {
  const numSdg = whole(o.request.knobs, "num_sdg");
  return {
    id: "place",
    title: "Placement",
    makes: [PLACEMENT],
    after: "continue",
    parameters: { numSdg },
    files: o.below ? [] : [o.dataset],
    run: async ({ at, emit, signal, workers }) => {
      const r = await placeMasks({
        dataset: o.below ? at(o.dataset) : o.dataset,
        numSdg,
        output: at(PLACEMENT),
        seed: BASE_SEED + o.request.seed,
        dropUnplaceable: true,
        assets: false,
        workers,
        emit,
        ...(signal && { signal }),
      });
      if (r.testcases.length === 0)
        throw new ReflowError(
          "data",
          "nothing_placed",
          `none of ${numSdg} defects found a place`,
          "Look at placement/amp/summary.json; narrow anomaly_types_json to what these pictures can show.",
          { problems: r.problems },
        );
      return {
        allocation: { ...r.allocation },
        placed: { ...r.placed },
        warnings: r.problems.map(({ code, message }) => ({ code, message })).slice(0, 200),
      };
    },
    told: (r) =>
      Object.entries(r.placed)
        .map(([type, n]) => `${type} ${n} of ${r.allocation[type] ?? n}`)
        .join(", "),
  };
}
