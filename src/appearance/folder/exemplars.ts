import { asProblem, dataError, type Problem } from "../../kit/errors.js";
import { contentHash, type Pixels, resizeImage } from "../../kit/images.js";
import type { Observed } from "../transfer/fit.js";
import type { Regions } from "../transfer/regions.js";
import { listFolder } from "./listing.js";
import { evenly, observe } from "./observe.js";

export type Exemplars = Readonly<{
  observed: readonly Observed[];
  /** SHA-256 of the decoded pixels of each, in order of their names. */
  hashes: readonly string[];
  problems: readonly Problem[];
}>;

/** Pictures that are looked at. */
const MOST = 48;
/** Fewer than these show what is theirs alone, not how the camera sees. */
const FEW = 3;
/** Standard deviation of grey levels of a picture that shows nothing; part of pixels at the end of the scale. */
const BLANK = 2;
const SATURATED = 0.5;

/**
 * Reads real pictures to learn from. Blank and saturated ones are left out and told (`exemplar_blank`,
 * `exemplar_saturated`), as are unreadable ones; few are told (`exemplars_few`). `scale` shrinks or enlarges them to
 * the scale of the pictures that are edited. Throws `no_exemplars` where none is left, and `folder_missing`.
 */
export async function readExemplars(folder: string, scale = 1): Promise<Exemplars> {
  const files = await listFolder(folder);
  const problems: Problem[] = [];
  const all = await observe(
    folder,
    files,
    evenly(
      files.filter((f) => f.role === "picture"),
      MOST,
    ),
    (_, error) => problems.push(asProblem(error, "warning")),
  );
  const observed: Observed[] = [];
  const hashes: string[] = [];
  for (const { relative, picture, regions } of all) {
    const fault = faultOf(picture);
    if (fault) {
      problems.push({ ...fault, where: { file: `${folder}/${relative}` } });
      continue;
    }
    hashes.push(contentHash(picture));
    observed.push(await scaled({ picture, regions }, scale));
  }
  if (observed.length === 0)
    throw dataError(
      "no_exemplars",
      `no usable picture below ${folder}${problems.length > 0 ? `: ${problems[0].message}` : ""}`,
      "Name a folder of real, well exposed PNG or JPEG pictures.",
      { file: folder },
    );
  if (observed.length < FEW)
    problems.push({
      code: "exemplars_few",
      severity: "warning",
      message: `only ${observed.length} usable exemplars: the result repeats what is theirs alone`,
      hint: "Give at least ten real pictures of several components.",
      where: { file: folder },
    });
  return { observed, hashes, problems };
}

function faultOf({ data, channels }: Pixels): Omit<Problem, "where"> | undefined {
  let sum = 0;
  let square = 0;
  let full = 0;
  for (const v of data) {
    sum += v;
    square += v * v;
    if (v >= 254) full++;
  }
  const mean = sum / data.length;
  if (full / data.length > SATURATED)
    return {
      code: "exemplar_saturated",
      severity: "warning",
      message: `an exemplar is overexposed: ${Math.round((100 * full) / data.length)} % of it is at the top of the scale`,
      hint: "It is not learnt from. Take it again with a shorter exposure.",
    };
  if (Math.sqrt(Math.max(0, square / data.length - mean * mean)) < BLANK)
    return {
      code: "exemplar_blank",
      severity: "warning",
      message: `an exemplar shows nothing: one ${channels === 1 ? "tone" : "colour"}`,
      hint: "It is not learnt from. Remove it.",
    };
  return undefined;
}

async function scaled({ picture, regions }: Observed, scale: number): Promise<Observed> {
  if (scale === 1) return { picture, regions };
  const width = Math.max(1, Math.round(picture.width * scale));
  const height = Math.max(1, Math.round(picture.height * scale));
  return {
    picture: await resizeImage(picture, width, height, "cubic"),
    regions: regions && nearest(regions, width, height),
  };
}

function nearest(r: Regions, width: number, height: number): Regions {
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      data[y * width + x] =
        r.data[
          Math.min(r.height - 1, Math.floor(((y + 0.5) * r.height) / height)) * r.width +
            Math.min(r.width - 1, Math.floor(((x + 0.5) * r.width) / width))
        ];
  return { width, height, data };
}
