import { rectangle } from "../shape/outlines.js";
import { roundedBox } from "../shape/solids.js";
import { joint, outwardOf } from "./joint.js";
import { dateCode, dot, mark, textBlock } from "./mark.js";
import type { ModelInput, ModelPart } from "./model.js";
import { part } from "./parts.js";

/** Quartz crystal in a ceramic tray with a welded metal lid, castellated lands at the corners. */
export function crystal(input: ModelInput): ModelPart[] {
  const { spec, value, pads, variant } = input;
  const [bx, by, h] = spec.body;
  const tray = h * 0.72;
  const lid: readonly [number, number] = [bx - 0.22, by - 0.22];
  const text =
    value.trim() === "" ? "25.000" : value.replace(/[^0-9.]/g, "").slice(0, 6) || value.slice(0, 6);
  const lines = textBlock([text, `T${dateCode(variant)}`], [0, 0], lid[0] * 0.72, lid[1] * 0.62);
  const lands = pads.map((pad) => {
    const [sx, sy] = [Math.sign(pad.at[0]) || 1, Math.sign(pad.at[1])];
    const x = sx * (bx / 2 - 0.26);
    const y = sy === 0 ? 0 : sy * (by / 2 - 0.23);
    return { pad, at: [x, y] as const, size: [0.55, sy === 0 ? by * 0.8 : 0.5] as const };
  });
  return [
    part(roundedBox([0, 0], [bx, by], 0.03, tray, 0.12, { segments: 2 }), "ceramic_grey", "body"),
    part(roundedBox([0, 0], [bx - 0.1, by - 0.1], tray - 0.02, tray + 0.05, 0.03), "contact_gold", "body"),
    part(roundedBox([0, 0], lid, tray, h, 0.09, { segments: 3 }), "lid_metal", "body"),
    ...mark(lines, [dot([-lid[0] * 0.4, -lid[1] * 0.36], 0.08)], h, "print_dark"),
    part(
      lands.map((land) => roundedBox(land.at, [land.size[0], land.size[1]], 0, 0.32, 0.02, { segments: 1 })),
      "contact_gold",
      "lead",
    ),
    ...lands.map(({ pad, at, size }, index) =>
      joint(
        pad,
        outwardOf(pad.at, [bx / 2, by / 2]),
        [{ outline: rectangle(at, size[0], size[1]), height: 0.28 }],
        {
          variant,
          index,
        },
      ),
    ),
  ];
}
