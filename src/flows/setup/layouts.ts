import { USECASES } from "../knobs/index.js";
import type { Part, PartKind } from "./parts.js";

/** One file of a part: a copy, or a mask that is made black and white on the way. */
export type Move = Readonly<{ from: string; to: string; mask: boolean }>;

/** How a folder becomes a part. `defects` are the pairs found, for the spec. */
export type Layout = Readonly<{
  name: string;
  moves: readonly Move[];
  pairs: readonly string[];
  hasSpec: boolean;
}>;

const IMAGE = /\.(?:png|jpe?g)$/i;
const CLEAN = /^(?:mt_)?(?:free|clean|good|normal|ok|clean_image)$/i;

/** True when the files can be (part of) such a part. */
export function looksLike(kind: PartKind, files: readonly string[]): boolean {
  if (kind === "model") return files.some((f) => f === "ag_config.yaml" || /^iter_\d{9}\.pt$/.test(f));
  if (kind === "assets") return files.some((f) => /\.usd[acz]?$/i.test(f));
  if (kind === "pretrained") return files.some((f) => f.startsWith("pretrained/"));
  return files.some(
    (f) =>
      /(^|\/)[^/]+\/(?:clean_image|mask)\//.test(f) || /^images\/[^/]+\//.test(f) || /(^|\/)Imgs\//.test(f),
  );
}

/**
 * Arranges the files of a folder as a raw tree (dig 1.5). Understood: the tree itself; `images/<label>` with
 * `masks/<label>`; `MT_<defect>/Imgs` with a .png mask beside each .jpg. `most` limits labelled pictures for each
 * defect and clean pictures. Undefined for anything else.
 */
export function rawLayout(
  files: readonly string[],
  part: Part,
  most?: { labelled: number; clean: number },
): Layout | undefined {
  const sorted = [...files].sort();
  const tree = sorted.filter((f) =>
    /^(?:[^/]+\/)?[^/]+\/(?:clean_image|mask|anomaly_image|cad_mask)\//.test(f),
  );
  if (tree.length > 0) {
    // Materials at the top, or one folder down.
    const atTop = tree.some((f) => /^[^/]+\/(?:clean_image|mask|anomaly_image|cad_mask)\//.test(f));
    const wrap = atTop ? "" : `${tree[0]!.split("/")[0]}/`;
    const own = sorted
      .filter((f) => f.startsWith(wrap))
      .map((from) => ({ from, to: from.slice(wrap.length), mask: false }));
    const pairs = own.flatMap(
      ({ to }) => /^([^/]+)\/mask\/([^/]+)\/[^/]+$/.exec(to)?.slice(1, 3).join("+") ?? [],
    );
    return {
      name: "raw tree",
      moves: own,
      pairs: unique(pairs),
      hasSpec: own.some((m) => m.to === "defect_spec.jsonl"),
    };
  }
  const labelled = sorted.some((f) => f.startsWith("images/")) ? byFolders(sorted) : byImgs(sorted);
  if (labelled.length === 0) return undefined;
  const moves: Move[] = [];
  const pairs: string[] = [];
  const counted = new Map<string, number>();
  for (const { label, image, mask } of labelled) {
    const clean = CLEAN.test(label);
    const pair = clean ? undefined : pairOf(label, part.usecase);
    if (!clean && pair === undefined) continue;
    const limit = clean ? most?.clean : most?.labelled;
    const n = (counted.get(label) ?? 0) + 1;
    if (limit !== undefined && n > limit) continue;
    const name = image.split("/").at(-1)!;
    const stem = name.replace(/\.[^.]+$/, "");
    if (clean)
      moves.push({ from: image, to: `${materialOf(part.usecase)}/clean_image/${name}`, mask: false });
    else if (pair && mask) {
      const [material, defect] = pair;
      moves.push({ from: image, to: `${material}/anomaly_image/${defect}/${name}`, mask: false });
      moves.push({ from: mask, to: `${material}/mask/${defect}/${stem}_mask.png`, mask: true });
      pairs.push(pair.join("+"));
    } else continue;
    counted.set(label, n);
  }
  return { name: "labelled folders", moves, pairs: unique(pairs), hasSpec: false };
}

type Labelled = Readonly<{ label: string; image: string; mask?: string }>;

function byFolders(files: readonly string[]): readonly Labelled[] {
  const all = new Set(files);
  return files.flatMap((image) => {
    const [, label, stem] = /^images\/([^/]+)\/([^/]+)\.[^.]+$/.exec(image) ?? [];
    if (!label || !IMAGE.test(image)) return [];
    const mask = `masks/${label}/${stem}.png`;
    return [{ label, image, ...(all.has(mask) && { mask }) }];
  });
}

function byImgs(files: readonly string[]): readonly Labelled[] {
  const all = new Set(files);
  return files.flatMap((image) => {
    const label = /(?:^|\/)([^/]+)\/Imgs\/[^/]+\.jpe?g$/i.exec(image)?.[1];
    const mask = image.replace(/\.[^.]+$/, ".png");
    return label ? [{ label, image, ...(all.has(mask) && { mask }) }] : [];
  });
}

/** The pair of a label: by the name of the defect, with or without the prefix of the taxonomy. */
export function pairOf(label: string, usecase: string): readonly [string, string] | undefined {
  const wanted = label.toLowerCase().replaceAll(/[\s-]+/g, "_");
  return USECASES[usecase]?.taxonomy.find(([, defect]) =>
    [defect.toLowerCase(), defect.toLowerCase().replace(/^mt_/, "")].includes(wanted),
  );
}

export const materialOf = (usecase: string): string => USECASES[usecase]?.materials[0] ?? usecase;

/** `defect_spec.jsonl` for pairs: masks go anywhere (`free`) where there is no CAD, along it on boards. */
export function specText(pairs: readonly string[], usecase: string): string {
  return pairs
    .map((defect_type) =>
      JSON.stringify({
        defect_type,
        spatial_dependency: usecase === "pcb" ? "cad" : "free",
        roi_prompt_defect_location: "",
      }),
    )
    .map((line) => `${line}\n`)
    .join("");
}

const unique = (words: readonly string[]): readonly string[] => [...new Set(words)];
