import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { readParquet, writeParquet } from "./parquet.js";

test("text, numbers and embeddings survive, same columns give the same bytes, zero rows are allowed", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "parquet-"));
  const columns = [
    { name: "filepath", data: ["a/é.jpg", "b.jpg"], type: "STRING" as const },
    { name: "siamese_score", data: [0.1, 1e-9], type: "DOUBLE" as const },
    {
      name: "embedding",
      data: [
        [1, 2.5],
        [0, -1],
      ],
    },
  ];
  await writeParquet(path.join(folder, "a.parquet"), columns);
  await writeParquet(path.join(folder, "b.parquet"), columns);
  const rows = await readParquet(path.join(folder, "a.parquet"));
  expect(rows).toEqual([
    { filepath: "a/é.jpg", siamese_score: 0.1, embedding: [1, 2.5] },
    { filepath: "b.jpg", siamese_score: 1e-9, embedding: [0, -1] },
  ]);
  expect(await readFile(path.join(folder, "a.parquet"))).toEqual(
    await readFile(path.join(folder, "b.parquet")),
  );

  await writeParquet(path.join(folder, "z.parquet"), [{ name: "filepath", data: [], type: "STRING" }]);
  expect(await readParquet(path.join(folder, "z.parquet"))).toEqual([]);
  await writeFile(path.join(folder, "x.parquet"), "PAR1 no");
  await expect(readParquet(path.join(folder, "x.parquet"))).rejects.toMatchObject({
    code: "parquet_invalid",
  });
  await expect(readParquet(path.join(folder, "none.parquet"))).rejects.toMatchObject({
    code: "file_missing",
  });
});
