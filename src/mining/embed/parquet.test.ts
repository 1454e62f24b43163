import { mkdtemp, readdir, readFile, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { openEmbeddingWriter, readEmbeddings } from "./parquet.js";

async function write(rows: number, parts: number) {
  const folder = await mkdtemp(path.join(tmpdir(), "embed-"));
  const file = path.join(folder, "deep", "e.parquet");
  const writer = await openEmbeddingWriter(file, ["filepath", "label"]);
  for (let part = 0; part < parts; part++) {
    const data = Float32Array.from({ length: rows * 3 }, (_, i) => part * 1000 + i / 7);
    const names = Array.from({ length: rows }, (_, i) => `/p/${part}/é ${i}.png`);
    await writer.append({ filepath: names, label: names.map(() => "open") }, { dim: 3, data });
  }
  return { file, writer, folder };
}

test("parts of any size come back value for value, in groups of at most 4,096 rows", async () => {
  const { file, writer } = await write(5000, 2);
  expect(await readdir(path.dirname(file))).not.toContain("e.parquet");
  await writer.close();
  const sizes: number[] = [];
  let row = 0;
  for await (const { filepath, vectors } of readEmbeddings(file)) {
    sizes.push(filepath.length);
    filepath.forEach((name, i) => {
      const [part, at] = [Math.floor(row / 5000), row % 5000];
      if (at % 997 === 0) {
        expect(name).toBe(`/p/${part}/é ${at}.png`);
        expect(vectors.data[i * 3 + 2]).toBe(Math.fround(part * 1000 + (at * 3 + 2) / 7));
      }
      row++;
    });
  }
  expect(sizes).toEqual([4096, 904, 4096, 904]);
  const bytes = await readFile(file);
  const again = await write(5000, 2);
  await again.writer.close();
  expect((await readFile(again.file)).equals(bytes)).toBe(true);
});

test("an aborted table leaves nothing behind, a truncated one is one clear error", async () => {
  const aborted = await write(3, 1);
  await aborted.writer.abort();
  expect(await readdir(path.dirname(aborted.file))).toEqual([]);
  const { file, writer } = await write(3, 1);
  await writer.close();
  for (const size of [0, 3, 100]) {
    await truncate(file, size);
    const read = async () => {
      for await (const _ of readEmbeddings(file));
    };
    await expect(read()).rejects.toMatchObject({ code: "parquet_invalid" });
  }
});
