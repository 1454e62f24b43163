import { stat } from "node:fs/promises";
import path from "node:path";
import sharp from "sharp";
import { dataError } from "../../kit/errors.js";
import { readBytes, writeFileAtomic } from "../../kit/files.js";
import type { Cookbook } from "../../scene/cookbook/index.js";
import { requireScene } from "../../scene/flatten/index.js";
import { renderScan } from "../../scene/scan/index.js";
import type { Day1Config } from "../cookbook/index.js";
import { rootFolder, word } from "../run/knobs.js";
import type { FlowContext } from "../run/types.js";
import { changedBoard } from "../steps/render.js";
import { assetFile } from "../steps/scene.js";

/** How the stand-in photo differs from the render that it is registered to. */
const OFF = { shift: [0.31, -0.22], zoom: 1.03, turn: 0.4, quality: 92 } as const;

/** The photo of a request: an absolute file, and whether Reflow has made it. */
export type Photo = Readonly<{ file: string; standIn: boolean }>;

/**
 * The photo below the assets of the storage root (dig 1.8). Without a root, boards of Reflow's own get a stand-in: the
 * board under other light, from a camera that is a little off, a little turned, a little nearer, as a JPEG. Throws
 * `photo_missing`.
 */
export async function photoOf(
  c: FlowContext,
  o: Readonly<{ board: Cookbook; scene: string; config: Day1Config }>,
): Promise<Photo> {
  const { request } = c;
  const name = word(request.knobs, "real_image_filename");
  if (rootFolder(request.knobs) !== undefined || !request.cookbook.settings.board)
    return { file: await realPhoto(c, name), standIn: false };
  const { camera, resolution } = o.config;
  const file = `photo/${path.basename(name)}`;
  await c.step({
    id: "photo",
    title: "Stand-in photo",
    makes: ["photo"],
    after: "clean",
    parameters: { ...OFF, shift: [...OFF.shift], camera: [...camera.translate], file },
    files: [o.scene],
    run: async ({ at, emit, signal, workers }) => {
      const [x, y] = camera.translate;
      await renderScan({
        scene: await requireScene(o.scene),
        cookbook: changedBoard(o.board, "good", {
          ...fixedView(
            [x + OFF.shift[0], y + OFF.shift[1]],
            camera.horizontal_aperture * OFF.zoom,
            resolution,
          ),
        }),
        pipeline: "good",
        output: at("photo", "render"),
        quality: "preview",
        patches: 1,
        // Another unit of the board: other light, other noise.
        seed: request.seed + 7,
        lightings: ["SolderLight"],
        workers,
        emit,
        ...(signal && { signal }),
      });
      const turned = await sharp(await readBytes(at("photo", "render", "rgb_0000.png")))
        .flatten({ background: "#000" })
        .rotate(OFF.turn, { background: "#000" })
        .jpeg({ quality: OFF.quality, chromaSubsampling: "4:4:4" })
        .toBuffer();
      await writeFileAtomic(at(file), turned);
      return { file };
    },
    told: () => "drawn by Reflow",
  });
  return { file: `${c.output}/${file}`, standIn: true };
}

async function realPhoto(c: FlowContext, name: string): Promise<string> {
  const found = await assetFile(c.request, name).catch(() => undefined);
  if (found && (await stat(found)).isFile()) return found;
  throw dataError(
    "photo_missing",
    `there is no photo ${name} below datasets/pcb/assets of ${word(c.request.knobs, "dig_url_root") || "a storage root"}`,
    "Put it there, or name another one with --set real_image_filename=<path below the assets>.",
  );
}

/** One frame from a fixed place instead of the scan, named by its number, right in the output. */
export function fixedView(
  [x, y]: readonly [number, number],
  aperture: number,
  resolution: readonly [number, number],
) {
  const translate: [number, number, number] = [x, y, HEIGHT];
  const size: [number, number] = [resolution[0], resolution[1]];
  return {
    camera_position: { translate },
    horizontal_aperture: aperture,
    resolution: size,
    rename_to_grid_index: false,
    flat_output: true,
  };
}

/** Above everything on a board, scene units; the projection is parallel. */
const HEIGHT = 20;
