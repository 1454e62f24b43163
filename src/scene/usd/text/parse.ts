import { dataError } from "../../../kit/errors.js";
import { draftPrim, type Layer, type SubLayer } from "../layer.js";
import { peek, startCursor, syntaxError } from "./cursor.js";
import { layerMetadata } from "./metadata.js";
import { rootPrims } from "./prims.js";

/**
 * A text layer (`.usda`, or `.usd` with text in it). Relative paths of targets and arcs come out absolute.
 * Throws `usd_syntax` with row and column, or `usd_not_a_layer`.
 */
export function parseText(text: string, file: string): Layer {
  if (!/^#(?:usda|sdf) /.test(text))
    throw dataError(
      "usd_not_a_layer",
      `${file} does not begin with "#usda 1.0"`,
      "Name a USD file (.usda, .usdc, .usd or .usdz).",
      { file, row: 1 },
    );
  const c = startCursor(text, file);
  const rowAt = rowCounter(text);
  const root = draftPrim("", "over", "");
  const subLayers: SubLayer[] = [];
  if (peek(c) === "(") layerMetadata(c, root, subLayers);
  if (peek(c) !== "" && !c.line) throw syntaxError(c, "line end expected");
  rootPrims(c, root, rowAt);
  return { file, root, subLayers };
}

/** Rows of places that are asked for in rising order: one pass over the text in all. */
function rowCounter(text: string): (at: number) => number {
  let row = 1;
  let next = text.indexOf("\n");
  return (at) => {
    while (next >= 0 && next < at) {
      row++;
      next = text.indexOf("\n", next + 1);
    }
    return row;
  };
}
