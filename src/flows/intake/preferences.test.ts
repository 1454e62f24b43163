import { mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { CLUSTER_ENDPOINT } from "../knobs/index.js";
import { forget, loadPreferences, preferencesFile, savePreferences } from "./preferences.js";
import type { Memory } from "./types.js";

const folder = mkdtempSync(path.join(tmpdir(), "reflow-preferences-"));

test("where the file is", () => {
  expect(preferencesFile("/home/x")).toBe("/home/x/.config/reflow/preferences.json");
  expect(preferencesFile("/home/x", "/etc/x")).toBe("/etc/x/reflow/preferences.json");
});

test("items are merged, kept, and forgotten one by one; nothing else is left in the folder", async () => {
  const file = preferencesFile(folder);
  expect(await loadPreferences(file)).toEqual({});
  await savePreferences(file, { dig_url_root: "s3://a/dig", pod_template: "verified" });
  expect(await savePreferences(file, { pool: "p" })).toEqual({
    dig_url_root: "s3://a/dig",
    pool: "p",
    pod_template: "verified",
  });
  await forget(file, "pod_template");
  expect(await loadPreferences(file)).toEqual({ dig_url_root: "s3://a/dig", pool: "p" });
  expect(readdirSync(path.dirname(file))).toEqual(["preferences.json"]);
});

test.each([
  [{ endpoint: CLUSTER_ENDPOINT }, "never stored"],
  [{ dig_url_root: "<dig_url_root>" }, "no storage root"],
  [{ board: "0402" }, "no safe board name"],
  [{ image_edit_model: "x" } as Memory, "image_edit_model"],
])("%j is never stored", async (items, word) => {
  const file = path.join(folder, `${Object.keys(items)[0]}.json`);
  await expect(savePreferences(file, items)).rejects.toMatchObject({
    code: "preferences_invalid",
    message: expect.stringContaining(word),
  });
  writeFileSync(file, JSON.stringify(items));
  await expect(loadPreferences(file)).rejects.toMatchObject({ code: "preferences_invalid", where: { file } });
});
