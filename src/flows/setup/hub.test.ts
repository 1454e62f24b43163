import { afterAll, describe, expect, test } from "vitest";
import { hubFiles, hubUrl } from "./hub.js";
import { type FakeFile, fakeSource } from "./testing.js";

const path = "/api/models/a/b/tree/main?recursive=true";
const page = { bytes: Buffer.from("<html>log in</html>") };
const source = await fakeSource(
  new Map<string, FakeFile>([
    [path, page],
    [path.replace(/\?.*/, ""), page],
  ]),
);
afterAll(() => source.close());

describe("hub", () => {
  test("a page in place of the list is told, not a crash", async () => {
    await expect(hubFiles({ url: source.url }, { kind: "model", id: "a/b" })).rejects.toMatchObject({
      code: "source_unreadable",
    });
  });

  test("its address is an HTTP address without a password", () => {
    expect(hubUrl("https://hub.example/x//")).toBe("https://hub.example/x");
    for (const bad of ["notaurl", "ftp://hub.example", "https://me:SECRET@hub.example"]) {
      expect(() => hubUrl(bad)).toThrow(expect.objectContaining({ kind: "usage", code: "hub_invalid" }));
      expect(() => hubUrl(bad)).toThrow(
        expect.not.objectContaining({ message: expect.stringContaining("SECRET") }),
      );
    }
  });
});
