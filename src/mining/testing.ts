import { mkdir, mkdtemp, realpath } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { toPairRows } from "../dataset/pairs.js";
import type { PairRow } from "../dataset/row.js";
import { readTable } from "../dataset/table.js";
import { formatCsv, seeded, writeFileAtomic, writeImage, writeParquet } from "../kit/index.js";
import type { Encoder } from "./embed/encoder.js";

/** A row of a made-up workspace: `object` names the image, `content` seeds its pixels. */
export type Sample = Readonly<{
  object: string;
  label: string;
  content?: string;
  board?: string;
  golden?: boolean;
}>;

export const LIGHTS = ["Top", "Side"] as const;
export const EXT = ".png";

/** A small workspace on disk for the tests of this folder: 8 × 8 images of seeded noise, two lightings. */
export async function makeWorkspace(o: {
  train: readonly Sample[];
  validation: readonly Sample[];
  kpi: readonly Sample[];
  pool: readonly Sample[];
}): Promise<{ root: string; images: string; run: string; table: (role: string) => string }> {
  const root = await realpath(await mkdtemp(path.join(tmpdir(), "mining-")));
  const images = path.join(root, "images");
  const table = (role: string) => path.join(root, "tables", `${role}.csv`);
  for (const [role, samples] of Object.entries(o)) {
    for (const s of samples) {
      for (const light of LIGHTS) {
        const name = `${s.object}_${light}${EXT}`;
        await noise(path.join(images, role, "test", name), `${s.content ?? s.object}/${light}`);
        if (s.golden !== false)
          await noise(path.join(images, role, "golden", name), `golden of ${s.object}/${light}`);
      }
    }
    await writeFileAtomic(
      table(role),
      formatCsv(
        ["input_path", "golden_path", "label", "object_name", "boardname"],
        samples.map((s) => [
          `${role}/test`,
          s.golden === false ? "" : `${role}/golden`,
          s.label,
          s.object,
          s.board ?? "B1",
        ]),
      ),
    );
  }
  const run = path.join(root, "results", "run_20260101_000000");
  await mkdir(run, { recursive: true });
  return { root, images, run, table };
}

async function noise(file: string, seed: string): Promise<void> {
  const random = seeded(seed);
  const data = Uint8Array.from({ length: 64 }, () => random.int(256));
  await writeImage(file, { width: 8, height: 8, channels: 1, data });
}

export async function pairRows(csv: string, imagesDir: string): Promise<PairRow[]> {
  const { table } = await readTable(csv);
  if (!table) throw new Error(`no table ${csv}`);
  return toPairRows(table, { imagesDir, lights: LIGHTS, imageExt: EXT }).rows;
}

/** The routed gaps table: one row per sample and lighting. */
export async function writeRouted(file: string, rows: readonly PairRow[]): Promise<void> {
  const lines = rows.flatMap((row) => row.test.map((test) => ({ test, row })));
  await writeParquet(file, [
    { name: "filepath", data: lines.map((l) => l.test), type: "STRING" },
    { name: "label", data: lines.map((l) => l.row.label), type: "STRING" },
    { name: "siamese_score", data: lines.map((_, i) => i / 100), type: "DOUBLE" },
    { name: "weakness", data: lines.map((_, i) => -i / 100), type: "DOUBLE" },
  ]);
}

/** An encoder that knows the vector of every object by name. */
export function tableEncoder(vectors: Readonly<Record<string, readonly number[]>>): Encoder {
  return {
    model: "Table",
    modelPath: "/models/table.onnx",
    embed: async (rows) => {
      const found = rows.map((row) => vectors[row.objectName] ?? [0, 0, 0]);
      return { dim: found[0]?.length ?? 3, data: Float32Array.from(found.flat()) };
    },
  };
}
