import { detectChannels, encodeStartWeights, inputSize, preprocessingOf } from "../../../changenet/index.js";
import { writeFileAtomic } from "../../../kit/index.js";
import type { StageFunction } from "../../toolkit.js";
import { loadRows, loadSpec } from "./rows.js";

/** Writes the seeded start weights of the network as safetensors: what specs name as the pretrained backbone. */
export const backbone: StageFunction<"backbone"> = async (input, { seed }) => {
  const spec = await loadSpec(input.spec);
  const { rows } = await loadRows(input.trainCsv, input.imagesDir, spec);
  const channels =
    spec.color === "auto"
      ? await detectChannels(rows.slice(0, 16).flatMap((row) => [...row.test, ...row.golden]))
      : spec.color === "gray"
        ? 1
        : 3;
  const config = { channels, ...inputSize(preprocessingOf(spec, channels)), ...spec.builtin.architecture };
  await writeFileAtomic(input.file, encodeStartWeights(config, seed));
  return { file: input.file };
};
