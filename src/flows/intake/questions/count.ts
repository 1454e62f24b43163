import { type FlowId, patchesFor, STRUCTURAL_YIELD } from "../../knobs/index.js";
import type { Slots } from "../types.js";
import { type Asked, ask, type Choice, type Context, said } from "./ask.js";

/** What the count of images means. With a known flow only its own stages are offered. */
export function askCount({ slots }: Context, flow: FlowId | undefined): Asked {
  const n = slots.count?.n ?? 0;
  const phrase = `"${slots.count?.phrase ?? n}" in ${said(slots)}: which images are counted?`;
  const knobs = (name: string, value: number | string) => ({ ...slots.knobs, [name]: String(value) });
  const done = { count: undefined };
  const set = (name: string, value: number): Partial<Slots> => ({ ...done, knobs: knobs(name, value) });
  const crops: Choice = [
    `${n} final crops of each material in each view`,
    [`crop_max_emit=${n}`],
    set("crop_max_emit", n),
  ];
  const frames: Choice = [`${n} raw frames of the board`, [`render_patches=${n}`], set("render_patches", n)];
  if (flow === "good") return ask("Q-COUNT", phrase, [crops, frames]);
  if (flow === "texture-day0")
    return ask("Q-COUNT", phrase, [
      [`${n} defect images in total`, [`num_sdg=${n}`], set("num_sdg", n)],
      crops,
      frames,
    ]);
  const patches = patchesFor(n);
  return ask(
    "Q-COUNT",
    phrase,
    [
      [
        `${n} final crops of good images, the fastest`,
        ["flow good", `crop_max_emit=${n}`],
        { flow: "good", ...set("crop_max_emit", n) },
      ],
      [
        `${n} raw patches of the board, as good images`,
        ["flow good", `render_patches=${n}`],
        { flow: "good", ...set("render_patches", n) },
      ],
      [
        `${n} defect images, Day 0 texture; name the defects, or the three PCBA ones are made`,
        ["flow texture-day0", `num_sdg=${n}`],
        { flow: "texture-day0", ...set("num_sdg", n) },
      ],
      [
        `about ${n} structural crops${n < 30 ? "; one frame gives about 30, so narrow the modes" : ""}`,
        ["flow structural", `render_patches=${patches}`],
        { flow: "structural", ...set("render_patches", patches) },
      ],
    ],
    {
      table: [
        ["render_patches (structural)", ...STRUCTURAL_YIELD.map(([p]) => String(p))],
        ["crops, about", ...STRUCTURAL_YIELD.map(([, c]) => String(c))],
      ],
    },
  );
}
