import { dataError } from "../../../kit/errors.js";
import type { Layer } from "../layer.js";

export function parseCrate(_bytes: Uint8Array, file: string): Layer {
  throw dataError("usd_not_a_layer", "crate layers are not read yet", "Convert the file to .usda.", { file });
}
