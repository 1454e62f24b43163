import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { zipSync } from "fflate";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { acquireLock } from "../../engine/lock.js";
import { silent } from "../../kit/events.js";
import { decodeImage, encodeImage } from "../../kit/images.js";
import { sharedData } from "../../kit/testing.js";
import { checkDatasetFolder } from "../../placement/index.js";
import { openStorage } from "../storage/index.js";
import { fakeS3 } from "../storage/testing.js";
import { fillPolygon } from "./coco.js";
import { sha256 } from "./download.js";
import { prepare, type SetupOptions } from "./index.js";
import { type FakeFile, fakeSource } from "./testing.js";

const folder = (name: string) => mkdtempSync(path.join(tmpdir(), `reflow-${name}-`));
const picture = await encodeImage(
  { width: 8, height: 6, channels: 1, data: new Uint8Array(48).fill(90) },
  "jpeg",
);
const grey = await encodeImage(
  { width: 8, height: 6, channels: 1, data: new Uint8Array(48).map((_, i) => (i % 5) * 60) },
  "png",
);

function tiles(): Buffer {
  const entries: Record<string, Uint8Array> = {};
  for (const label of ["MT_Blowhole", "MT_Break", "MT_Crack", "MT_Fray", "MT_Uneven", "MT_Free"])
    for (let i = 0; i < (label === "MT_Free" ? 25 : 7); i++) {
      const at = `Magnetic-tile-defect-datasets.-master/${label}/Imgs/exp${i}`;
      entries[`${at}.jpg`] = picture;
      entries[`${at}.png`] = grey;
    }
  return Buffer.from(zipSync(entries, { level: 0 }));
}

const TOKEN = "hf_very_secret";
const weights = Buffer.alloc(50_000, 3);
const files = new Map<string, FakeFile>();
function hubRepository(kind: "model" | "dataset", id: string, content: Record<string, Buffer>): void {
  files.set(`/api/${kind}s/${id}/tree/main`, {
    bytes: Buffer.from(
      JSON.stringify([
        { type: "directory", path: "x", size: 0 },
        { type: "file", path: ".gitattributes", size: 3 },
        ...Object.entries(content).map(([name, bytes]) => ({
          type: "file",
          path: name,
          size: bytes.length,
          lfs: { oid: sha256(bytes), size: bytes.length },
        })),
      ]),
    ),
  });
  for (const [name, bytes] of Object.entries(content))
    files.set(`/${kind === "dataset" ? "datasets/" : ""}${id}/resolve/main/${name}`, { bytes });
}
hubRepository("model", "nvidia/Cosmos-AnomalyGen-Metal-2B", {
  "deep/ag_config.yaml": Buffer.from("job: {}\n"),
  "deep/iter_000010000.pt": weights,
});
const source = await fakeSource(files);
const gatedHub = await fakeSource(files, TOKEN);
const store = await fakeS3("plant");
afterAll(() => Promise.all([source.close(), gatedHub.close(), store.close()]));
beforeEach(() => {
  files.set("/tiles.zip", { bytes: tiles() });
  source.log.length = 0;
  gatedHub.log.length = 0;
});

const options = (more: Partial<SetupOptions> & Pick<SetupOptions, "setup" | "storage">): SetupOptions => ({
  hub: { url: gatedHub.url },
  work: folder("work"),
  emit: silent,
  retries: 2,
  pause: 1,
  scene: (name) => `#usda 1.0\n# ${name}\n`,
  mirror: (url) => (url.includes("codeload") ? `${source.url}/tiles.zip` : url),
  ...more,
});
const stateOf = (r: Awaited<ReturnType<typeof prepare>>) =>
  Object.fromEntries(r.parts.map((p) => [p.path, p.state]));

describe("metal", () => {
  test("the public tiles are fetched and arranged; the gated checkpoint is named with what to do", async () => {
    const root = folder("root");
    const r = await prepare(options({ setup: "metal", storage: openStorage(root) }));
    expect(stateOf(r)).toEqual({
      "datasets/metal_surface/raw": "fetched",
      "models/metal_surface": "missing",
    });
    expect(r.complete).toBe(true);
    const raw = path.join(root, "datasets/metal_surface/raw");
    expect(readdirSync(path.join(raw, "metal_surface/clean_image"))).toHaveLength(20);
    expect(readdirSync(path.join(raw, "metal_surface/mask/MT_Crack"))).toHaveLength(5);
    const mask = await decodeImage(path.join(raw, "metal_surface/mask/MT_Crack/exp0_mask.png"), "gray");
    expect(new Set(mask.data)).toEqual(new Set([0, 255]));
    const check = await checkDatasetFolder(raw, path.join(raw, "defect_spec.jsonl"));
    expect(check.problems.filter((p) => p.severity === "error")).toEqual([]);
    const { problems } = r.parts[1]!;
    expect(problems.map((p) => p.hint).join(" ")).toMatch(/HF_TOKEN.*--from/);
    expect(problems.map((p) => p.hint).join(" ")).toContain("iter_<9 digits>.pt");
  });

  test("again: nothing is fetched a second time; a lost file brings the part back", async () => {
    const root = folder("root");
    const storage = openStorage(root);
    const o = options({ setup: "metal", storage });
    await prepare(o);
    source.log.length = 0;
    expect(stateOf(await prepare(o))["datasets/metal_surface/raw"]).toBe("ready");
    expect(source.log).toEqual([]);
    const { rmSync } = await import("node:fs");
    rmSync(path.join(root, "datasets/metal_surface/raw/metal_surface/clean_image/exp0.jpg"));
    expect(stateOf(await prepare(o))["datasets/metal_surface/raw"]).toBe("fetched");
  });

  test("with a token the checkpoint comes too, flat and verified; the token goes nowhere else", async () => {
    const root = folder("root");
    gatedHub.plan.breakAfter = 20_000;
    const said: unknown[] = [];
    const r = await prepare(
      options({
        setup: "metal",
        storage: openStorage(root),
        hub: { url: gatedHub.url, token: TOKEN },
        emit: (e) => said.push(e),
      }),
    );
    expect(stateOf(r)).toEqual({
      "datasets/metal_surface/raw": "fetched",
      "models/metal_surface": "fetched",
    });
    expect(readFileSync(path.join(root, "models/metal_surface/iter_000010000.pt")).equals(weights)).toBe(
      true,
    );
    expect(existsSync(path.join(root, "models/metal_surface/.gitattributes"))).toBe(false);
    expect(gatedHub.log.some((l) => l.status === 0)).toBe(true);
    expect(JSON.stringify([r, said])).not.toContain(TOKEN);
  });

  test("a wrong token: one clear message, and the public part is there", async () => {
    const r = await prepare(
      options({
        setup: "metal",
        storage: openStorage(folder("root")),
        hub: { url: gatedHub.url, token: "other" },
      }),
    );
    expect(stateOf(r)).toEqual({
      "datasets/metal_surface/raw": "fetched",
      "models/metal_surface": "missing",
    });
    expect(r.parts[1]!.problems[0]).toMatchObject({
      code: "source_gated",
      hint: expect.stringContaining("licence"),
    });
  });

  test("into a bucket", async () => {
    const storage = openStorage("s3://plant/dig", {
      accessKeyId: "key",
      secretAccessKey: "s",
      endpoint: store.endpoint,
    });
    const o = options({ setup: "metal", storage, hub: { url: gatedHub.url, token: TOKEN } });
    const r = await prepare(o);
    expect(r.complete).toBe(true);
    expect([...store.objects.keys()]).toContain("dig/models/metal_surface/iter_000010000.pt");
    expect(stateOf(await prepare(o))).toEqual({
      "datasets/metal_surface/raw": "ready",
      "models/metal_surface": "ready",
    });
  });

  test("no network: the message says what to put where", async () => {
    const r = await prepare(
      options({
        setup: "metal",
        storage: openStorage(folder("root")),
        mirror: () => "http://127.0.0.1:9/x",
        retries: 0,
      }),
    );
    expect(r.complete).toBe(false);
    expect(r.parts[0]!.problems.map((p) => p.code)).toEqual(["download_failed", "part_missing"]);
    expect(r.parts[0]!.problems[1]!.hint).toContain("MT_Blowhole");
  });

  const real = sharedData("magnetic-tile");
  test.skipIf(!real)("labelled folders of the user, real tiles", async () => {
    const root = folder("root");
    const r = await prepare(options({ setup: "metal", storage: openStorage(root), from: real! }));
    expect(r.parts[0]).toMatchObject({ state: "copied", problems: [] });
    const raw = path.join(root, "datasets/metal_surface/raw");
    expect(readdirSync(path.join(raw, "metal_surface/clean_image"))).toHaveLength(32);
    expect(readdirSync(path.join(raw, "metal_surface/mask/MT_Fray"))).toHaveLength(18);
    expect(
      (await checkDatasetFolder(raw, path.join(raw, "defect_spec.jsonl"))).problems.filter(
        (p) => p.severity === "error",
      ),
    ).toEqual([]);
  });
});

describe("pcb", () => {
  test("our own boards are made; what is missing is said; --from brings it", async () => {
    const root = folder("root");
    const storage = openStorage(root);
    const first = await prepare(options({ setup: "pcb", storage }));
    expect(stateOf(first)).toEqual({
      "datasets/pcb/assets": "made",
      "datasets/pcb/raw": "missing",
      "models/pcb": "missing",
    });
    expect(first.complete).toBe(false);
    expect(first.parts[0]!.problems.map((p) => p.code)).toContain("assets_no_photo");
    expect(readFileSync(path.join(root, "datasets/pcb/assets/dense.usda"), "utf8")).toContain("#usda");
    const from = folder("exemplars");
    const put = (name: string, bytes: Buffer) => {
      mkdirSync(path.dirname(path.join(from, name)), { recursive: true });
      writeFileSync(path.join(from, name), bytes);
    };
    put("PCB/IC/clean_image/a.jpg", picture);
    put("PCB/IC/mask/bridge/m_mask.png", grey);
    put("PCB/IC/anomaly_image/bridge/m.jpg", picture);
    const second = await prepare(options({ setup: "pcb", storage, from }));
    expect(stateOf(second)).toMatchObject({ "datasets/pcb/assets": "ready", "datasets/pcb/raw": "copied" });
    expect(second.complete).toBe(true);
    expect(readFileSync(path.join(root, "datasets/pcb/raw/defect_spec.jsonl"), "utf8")).toBe(
      '{"defect_type":"IC+bridge","spatial_dependency":"cad","roi_prompt_defect_location":""}\n',
    );
  });

  test("--from with nothing in it, or that does not exist", async () => {
    const o = options({ setup: "pcb", storage: openStorage(folder("root")) });
    await expect(prepare({ ...o, from: folder("empty") })).rejects.toMatchObject({
      code: "from_not_understood",
    });
    await expect(prepare({ ...o, from: "/no/such/folder" })).rejects.toMatchObject({ code: "file_missing" });
  });

  test("a bad tree is refused with the line", async () => {
    const root = folder("root");
    const raw = path.join(root, "datasets/pcb/raw");
    mkdirSync(path.join(raw, "IC/clean_image"), { recursive: true });
    writeFileSync(path.join(raw, "IC/clean_image/a.png"), grey);
    writeFileSync(path.join(raw, "defect_spec.jsonl"), '{"defect_type":"IC+bridge"}\nnot json\n');
    const r = await prepare(options({ setup: "pcb", storage: openStorage(root), checkOnly: true }));
    const part = r.parts.find((p) => p.path === "datasets/pcb/raw")!;
    expect(part.state).toBe("missing");
    expect(part.problems.map((p) => p.message).join("\n")).toMatch(
      /line 1: IC\+bridge has no masks[\s\S]*line 2 is no JSON/,
    );
    expect(part.problems.map((p) => p.code)).toContain("raw_no_masks");
  });
});

describe("glass", () => {
  test("a COCO zip becomes the raw tree: polygons as masks, pictures without outlines as clean", async () => {
    const coco = {
      images: [1, 2, 3].map((id) => ({ id, file_name: `p${id}.jpg`, width: 8, height: 6 })),
      categories: [
        { id: 0, name: "defects" },
        { id: 1, name: "Scratch" },
        { id: 2, name: "oil" },
      ],
      annotations: [
        { id: 1, image_id: 1, category_id: 1, segmentation: [[1, 1, 5, 1, 5, 4, 1, 4]] },
        { id: 2, image_id: 3, category_id: 2, segmentation: [] },
      ],
    };
    const zip = path.join(folder("zip"), "mobile_screen.zip");
    writeFileSync(
      zip,
      zipSync({
        "train/_annotations.coco.json": Buffer.from(JSON.stringify(coco)),
        "train/p1.jpg": picture,
        "train/p2.jpg": picture,
        "train/p3.jpg": picture,
      }),
    );
    const root = folder("root");
    const r = await prepare(options({ setup: "glass", storage: openStorage(root), from: zip }));
    expect(r.complete).toBe(true);
    const phone = path.join(root, "datasets/glass/raw/Phone");
    expect(readdirSync(path.join(phone, "clean_image"))).toEqual(["p2.jpg"]);
    const mask = await decodeImage(path.join(phone, "mask/scratch/p1_mask.png"), "gray");
    expect(mask.data.filter((v) => v === 255)).toHaveLength(12);
    expect(r.parts[0]!.problems.map((p) => p.code)).toContain("from_skipped");
  });

  test("a raw tree with everything in it is copied as it is, also when wrapped in a folder", async () => {
    for (const wrap of ["", "export/"]) {
      const from = folder("tree");
      const files = ["anomaly_image/oil/a.png", "clean_image/c.png", "mask/oil/a_mask.png"];
      for (const name of files) {
        mkdirSync(path.dirname(path.join(from, wrap, "Phone", name)), { recursive: true });
        writeFileSync(path.join(from, wrap, "Phone", name), grey);
      }
      const root = folder("root");
      const r = await prepare(options({ setup: "glass", storage: openStorage(root), from }));
      expect(r.complete).toBe(true);
      for (const name of files)
        expect(existsSync(path.join(root, "datasets/glass/raw/Phone", name))).toBe(true);
    }
  });

  test("a fault in a zip names the file inside of the user's zip; nothing of it stays unpacked", async () => {
    const zip = path.join(folder("zip"), "mobile_screen.zip");
    writeFileSync(
      zip,
      zipSync({ "train/_annotations.coco.json": Buffer.from("{}"), "train/p1.jpg": picture }),
    );
    const work = folder("work");
    const o = options({ setup: "glass", storage: openStorage(folder("root")), from: zip, work });
    await expect(prepare(o)).rejects.toMatchObject({
      code: "coco_invalid",
      where: { file: path.join(zip, "train/_annotations.coco.json") },
    });
    expect(readdirSync(path.join(work, "from"))).toEqual([]);
  });

  test("two at once do not unpack into each other", async () => {
    const work = folder("work");
    const zip = path.join(folder("zip"), "mobile_screen.zip");
    writeFileSync(zip, zipSync({ "train/_annotations.coco.json": Buffer.from("{}") }));
    mkdirSync(path.join(work, "from"));
    const lock = await acquireLock(path.join(work, "from"));
    const o = options({ setup: "glass", storage: openStorage(folder("root")), from: zip, work });
    await expect(prepare(o)).rejects.toMatchObject({ code: "run_locked" });
    await lock.release();
  });

  test("without a zip: one message that names it", async () => {
    const r = await prepare(options({ setup: "glass", storage: openStorage(folder("root")) }));
    expect(r.complete).toBe(false);
    expect(r.parts[0]!.problems[0]!.hint).toContain("mobile_screen.zip");
  });

  test("polygons fill by pixel centres", () => {
    const mask = { width: 5, height: 4, channels: 1 as const, data: new Uint8Array(20) };
    fillPolygon(mask, [0, 0, 4, 0, 0, 4]);
    expect(mask.data.filter((v) => v === 255).length).toBe(6);
    fillPolygon(mask, [-10, -10, 50, -10, 50, 50, -10, 50]);
    expect(mask.data.every((v) => v === 255)).toBe(true);
  });
});

describe("pretrained", () => {
  test("copied from a folder; missing items only warn", async () => {
    const from = folder("models");
    mkdirSync(path.join(from, "pretrained/nvidia/x"), { recursive: true });
    writeFileSync(path.join(from, "pretrained/nvidia/x/w"), "1");
    const r = await prepare(options({ setup: "pretrained", storage: openStorage(folder("root")), from }));
    expect(r.complete).toBe(true);
    expect(r.parts[0]!.problems.every((p) => p.code === "pretrained_item")).toBe(true);
  });

  test("nothing to be had: incomplete", async () => {
    const r = await prepare(options({ setup: "pretrained", storage: openStorage(folder("root")) }));
    expect(r.complete).toBe(false);
    expect(r.parts[0]!.problems.at(-1)).toMatchObject({ code: "part_missing" });
  });
});
