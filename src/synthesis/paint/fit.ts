import { gaussianBlur, gradient, type Mask, type Plane, type Wobble } from "../../vision/index.js";
import { signedDistance } from "./tools.js";

/** Farthest that a border is moved, pixels, and how smooth the move is. */
const MOVE = { most: 5, smooth: 3 } as const;
/** Depth, in pixels, within which a border takes what is inside along. */
const TAKEN_ALONG = 12;

/**
 * Moves that bring the border of a laid mask onto the wanted one: along the slope of the distance, by what the depths differ,
 * less the deeper a pixel lies. What a specimen shows at its border then lies at the border of the label.
 */
export function borderMoves(laid: Mask, wanted: Mask): Wobble {
  const from = signedDistance(laid);
  const to = signedDistance(wanted);
  const { gx, gy } = gradient(gaussianBlur(from, 1.5));
  const by = (along: Plane): Plane => {
    const data = new Float32Array(to.data.length);
    for (let i = 0; i < data.length; i++) {
      const slope = Math.hypot(gx.data[i]!, gy.data[i]!) || 1;
      const far = Math.max(-MOVE.most, Math.min(MOVE.most, to.data[i]! - from.data[i]!));
      const less = Math.exp(-((Math.max(0, Math.abs(to.data[i]!) - 2) / TAKEN_ALONG) ** 2));
      data[i] = (far * less * along.data[i]!) / slope;
    }
    return gaussianBlur({ ...to, data }, MOVE.smooth);
  };
  return { dx: by(gx), dy: by(gy) };
}
