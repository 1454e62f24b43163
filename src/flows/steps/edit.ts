import path from "node:path";
import { ReflowError } from "../../kit/errors.js";
import { exists } from "../../kit/files.js";
import { decodeImage, writeImage } from "../../kit/images.js";
import { augmentationSchema, type FlowCookbook, readConfig, requiredFile } from "../cookbook/index.js";
import type { Step } from "../run/types.js";

export type Edited = {
  edited: number;
  /** Pictures that were there before (a stopped run). */
  extension: string;
  style: string;
  refused: { [reason: string]: number };
};

/** Extension of edited pictures: that of the cookbook's first output (dig C3). */
export async function editedExtension(cookbook: FlowCookbook): Promise<string> {
  const config = await readConfig(requiredFile(cookbook, "augmentation", "the image-edit step needs"), augmentationSchema);
  return path.extname(config.data[0]?.output.video ?? ".png").toLowerCase();
}

/**
 * Restyles pictures one by one, pixel for pixel of the same size (dig 1.4). `pairs`: source and target without
 * extension, both below the output. Throws `nothing_edited` when no picture came out.
 */
export async function editStep(
  o: Readonly<{
    cookbook: FlowCookbook;
    folder: string;
    pairs: readonly Readonly<{ from: string; to: string }>[];
  }>,
): Promise<Step<Edited>> {
  const file = requiredFile(o.cookbook, "augmentation", "the image-edit step needs");
  const extension = await editedExtension(o.cookbook);
  return {
    id: "image-edit",
    title: "Appearance",
    makes: [o.folder],
    after: "continue",
    parameters: { extension, style: STYLE, pictures: o.pairs.length },
    files: [file],
    run: async ({ at, emit, signal }) => {
      let edited = 0;
      for (const { from, to } of o.pairs) {
        signal?.throwIfAborted();
        const target = at(`${to}${extension}`);
        if (!(await exists(target))) await writeImage(target, await decodeImage(at(from)));
        edited++;
        emit({ type: "progress", what: "appearance", done: edited, total: o.pairs.length, unit: "pictures" });
      }
      if (edited === 0)
        throw new ReflowError("data", "nothing_edited", "no picture to restyle", "Render more cells.");
      return { edited, extension, style: STYLE, refused: {} };
    },
    told: (r) => `${r.edited} pictures`,
  };
}

/** The look of the render itself: nothing is transferred yet. */
const STYLE = "render";
