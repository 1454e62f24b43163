import { copyFile, cp, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { ReflowError } from "../../kit/errors.js";
import type { ReflowEvent } from "../../kit/events.js";
import { decodeImage, type Pixels, writeImage } from "../../kit/images.js";
import { type EditServer, editServer, type Fault } from "../endpoint/fixtures/server.js";
import { type EndpointSettings, endpointSettings } from "../endpoint/settings.js";
import { TRANSFER_DEFAULTS } from "../transfer/fit.js";
import { KIND } from "../transfer/regions.js";
import { endpointFolder } from "./endpoint-folder.js";
import { readExemplars } from "./exemplars.js";
import { component, cropFolder, exemplarFolder, scratch, tree } from "./fixtures/folders.js";
import { roleOf } from "./listing.js";
import { kindOf, readRegions } from "./segmentation.js";
import { keptFit, transferFolder } from "./transfer-folder.js";

let root: string;
let input: string;
let output: string;
let exemplars: string;
let server: EditServer | undefined;
beforeEach(async () => {
  root = await scratch();
  input = await cropFolder(path.join(root, "crop"));
  exemplars = await exemplarFolder(path.join(root, "photos"));
  output = path.join(root, "out");
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  await rm(root, { recursive: true, force: true });
});

/** A finished output of {@link transfer}, made once: what is learnt and made does not depend on where. */
let finished: string | undefined;
async function done(): Promise<void> {
  if (finished === undefined) {
    finished = await scratch();
    await transfer({ to: path.join(finished, "out") });
  }
  await cp(path.join(finished, "out"), output, { recursive: true });
}
afterAll(async () => {
  if (finished !== undefined) await rm(finished, { recursive: true, force: true });
});

const picture = (i: number) => `passive_component/x0_y0/normal_img/000${i}.png`;
const transfer = (o: { seed?: number; to?: string; workers?: number; signal?: AbortSignal } = {}) =>
  transferFolder({
    input,
    exemplars,
    output: o.to ?? output,
    settings: { ...TRANSFER_DEFAULTS, seed: o.seed ?? 1 },
    workers: o.workers ?? 1,
    ...(o.signal && { signal: o.signal }),
  });
const failed = async (work: Promise<unknown>): Promise<ReflowError> => {
  const error = await work.then(
    () => undefined,
    (e) => e,
  );
  expect(error).toBeInstanceOf(ReflowError);
  return error as ReflowError;
};
const meanOf = ({ data }: Pixels, c: number) => {
  let sum = 0;
  for (let i = c; i < data.length; i += 3) sum += data[i];
  return sum / (data.length / 3);
};

describe("a folder by exemplars", () => {
  test("pictures look like the exemplars, everything else is carried along byte for byte", async () => {
    const result = await transfer();
    expect([result.pictures.length, result.failed, result.kept]).toEqual([3, 0, 0]);
    const [before, after] = [await tree(input), await tree(output)];
    expect(Object.keys(after)).toEqual(
      [...Object.keys(before), "appearance.json", "appearance-fit.json"].sort(),
    );
    for (const [name, hash] of Object.entries(before))
      expect(after[name] === hash).toBe(!name.includes("normal_img"));
    const [render, edited] = [
      await decodeImage(path.join(input, picture(0))),
      await decodeImage(path.join(output, picture(0))),
    ];
    const real = component(100, true);
    for (const c of [0, 1, 2]) {
      const off = Math.abs(meanOf(edited, c) - meanOf(real, c));
      expect(off).toBeLessThan(0.35 * Math.abs(meanOf(render, c) - meanOf(real, c)) + 4);
    }
  });

  test("the same inputs and seed give the same bytes on any number of workers; another seed gives other noise", async () => {
    await done();
    await transfer({ to: path.join(root, "again"), workers: 2 });
    await transfer({ to: path.join(root, "other"), seed: 2 });
    const first = await tree(output);
    expect(await tree(path.join(root, "again"))).toEqual(first);
    expect((await tree(path.join(root, "other")))[picture(0)]).not.toBe(first[picture(0)]);
  });

  test("the same command does only the rest: what is missing, changed or new", async () => {
    await done();
    const first = await tree(output);
    await rm(path.join(output, picture(1)));
    await writeFile(path.join(output, picture(2)), "cut off");
    const again = await transfer();
    expect([again.kept, again.pictures.length]).toEqual([1, 3]);
    expect(await tree(output)).toEqual(first);
    await writeImage(path.join(input, picture(3)), component(9, false));
    const more = await transfer();
    expect([more.kept, more.pictures.length]).toEqual([3, 4]);
    expect((await tree(output))[picture(0)]).toBe(first[picture(0)]);
  });

  test("stopped in the middle, it ends in the same bytes", async () => {
    const abort = new AbortController();
    const work = transferFolder({
      input,
      exemplars,
      output,
      settings: TRANSFER_DEFAULTS,
      workers: 1,
      signal: abort.signal,
      emit: (e: ReflowEvent) => {
        if (e.type === "progress") abort.abort();
      },
    });
    await expect(work).rejects.toThrow();
    expect((await transfer()).kept).toBeGreaterThan(0);
    const ended = await tree(output);
    await rm(output, { recursive: true });
    await done();
    expect(ended).toEqual(await tree(output));
  });

  test("entries that somebody changed in the manifest are no entries: their pictures are made again", async () => {
    await done();
    const first = await tree(output);
    const manifest = path.join(output, "appearance.json");
    const whole = JSON.parse(await readFile(manifest, "utf8"));
    whole.pictures = [null, { ...whole.pictures[0], output: 5 }, whole.pictures[1]];
    await writeFile(manifest, JSON.stringify(whole));
    expect((await transfer()).kept).toBe(1);
    expect(await tree(output)).toEqual(first);
  });

  test("what was learnt and then damaged is learnt anew, with a warning", async () => {
    await done();
    const first = await tree(output);
    const fit = path.join(output, "appearance-fit.json");
    const whole = await readFile(fit, "utf8");
    const changed = whole.replace(/"blur": [\d.-]+/, '"blur": 7');
    expect(await keptFit(fit)).toBeDefined();
    for (const text of ["", "{}", "null", '{"how":{},"fit":{}}', changed]) {
      await writeFile(fit, text);
      expect(await keptFit(fit)).toBeUndefined();
    }
    for (const text of ["", changed]) {
      await writeFile(fit, text);
      const again = await transfer();
      expect([again.kept, again.failed]).toEqual([3, 0]);
      expect(again.problems.map((p) => [p.severity, p.code])).toEqual([["warning", "fit_damaged"]]);
      expect(await tree(output)).toEqual(first);
    }
  });

  test("other settings and foreign folders are refused", async () => {
    await done();
    expect((await failed(transfer({ seed: 5 }))).code).toBe("output_exists");
    await mkdir(path.join(root, "mine"));
    await writeFile(path.join(root, "mine", "notes.txt"), "keep me");
    expect((await failed(transfer({ to: path.join(root, "mine") }))).code).toBe("output_exists");
    expect(Object.keys(await tree(path.join(root, "mine")))).toEqual(["notes.txt"]);
  });

  test("an unreadable picture is told, the others are made, and it is made once it is whole", async () => {
    const file = path.join(input, picture(1));
    const good = await readFile(file);
    await writeFile(file, good.subarray(0, 60));
    const result = await transfer();
    expect([result.pictures.length, result.failed]).toEqual([2, 1]);
    expect(result.problems.map((p) => [p.code, p.where?.file])).toEqual([["image_unreadable", file]]);
    await writeFile(file, good);
    const again = await transfer();
    expect([again.kept, again.failed, again.pictures.length]).toEqual([2, 0, 3]);
  });

  test("links to nowhere are told and cost nothing else; a manifest that cannot be read is one clear error", async () => {
    await symlink(path.join(root, "gone"), path.join(input, "gone.png"));
    await symlink(path.join(root, "gone"), path.join(input, "gone.json"));
    const result = await transfer();
    expect([result.pictures.length, result.failed]).toEqual([3, 1]);
    expect(result.problems.map((p) => [p.severity, p.code, path.basename(p.where?.file ?? "")])).toEqual([
      ["error", "file_missing", "gone.json"],
      ["error", "file_missing", "gone.png"],
    ]);
    await writeFile(path.join(output, "appearance.json"), "{");
    expect((await failed(transfer())).code).toBe("output_exists");
  });

  test("folders in each other, also through a link, are refused", async () => {
    expect((await failed(transfer({ to: path.join(input, "real") }))).code).toBe("output_inside_input");
    expect((await failed(transfer({ to: input }))).code).toBe("output_inside_input");
    await symlink(input, path.join(root, "link"));
    expect((await failed(transfer({ to: path.join(root, "link", "x") }))).code).toBe("output_inside_input");
  });

  test("no folder, no pictures", async () => {
    const empty = path.join(root, "empty");
    await mkdir(empty);
    const call = (from: string) =>
      failed(transferFolder({ input: from, exemplars, output, settings: TRANSFER_DEFAULTS, workers: 1 }));
    expect((await call(empty)).code).toBe("no_pictures");
    expect((await call(path.join(root, "nowhere"))).code).toBe("folder_missing");
    expect((await call(path.join(input, picture(0)))).code).toBe("not_a_folder");
  });
});

describe("exemplars", () => {
  const plain = (value: number): Pixels => ({
    width: 20,
    height: 20,
    channels: 3,
    data: new Uint8Array(1200).fill(value),
  });

  test("blank and saturated ones are left out, one is enough but told, none is refused", async () => {
    const folder = path.join(root, "few");
    await writeImage(path.join(folder, "a.png"), plain(80));
    await writeImage(path.join(folder, "b.png"), plain(255));
    await writeFile(path.join(folder, "c.png"), "no picture");
    expect((await failed(readExemplars(folder))).code).toBe("no_exemplars");
    await copyFile(path.join(exemplars, "real0.png"), path.join(folder, "d.png"));
    const { observed, problems } = await readExemplars(folder);
    expect(observed.length).toBe(1);
    expect(problems.map((p) => p.code).sort()).toEqual([
      "exemplar_blank",
      "exemplar_saturated",
      "exemplars_few",
      "image_unreadable",
    ]);
  });

  test("they are brought to the scale of the input", async () => {
    const { observed } = await readExemplars(exemplars, 0.5);
    expect([observed[0].picture.width, observed[0].picture.height]).toEqual([32, 20]);
  });
});

describe("labels", () => {
  test("roles by path", () => {
    const roles = Object.entries({
      "PASS/normal_img/0000.png": "picture",
      "ic/x0_y0/cad_mask/0000_cad_mask.png": "label",
      "shift/rgb/frame0_a.png": "picture",
      "shift/semantic_segmentation/frame0_a.png": "label",
      "trigger_0000/rgb_x0_y0.png": "picture",
      "trigger_0000/semantic_segmentation_x0_y0.png": "label",
      "mask/0000_WhiteLight.png": "label",
      "golden/0000_WhiteLight.JPG": "picture",
      "pairs.csv": "other",
      "photo.tiff": "other",
    });
    for (const [name, role] of roles) expect([name, roleOf(name)]).toEqual([name, role]);
  });

  test("classes are metal, board or body", () => {
    for (const name of ["solder", "pad", "Solder_Paste", "lead", "ic,solder"])
      expect(kindOf(name)).toBe(KIND.metal);
    for (const name of ["soldermask", "BACKGROUND", "board", "silkscreen"])
      expect(kindOf(name)).toBe(KIND.board);
    for (const name of ["capacitor", "ic", "shift"]) expect(kindOf(name)).toBe(KIND.body);
  });

  test("are read by exact colour, and used where both sides have them", async () => {
    const at = (name: string) => path.join(input, name);
    const regions = await readRegions({
      image: at("passive_component/x0_y0/cad_mask/0000_cad_mask.png"),
      labels: at("semantic_segmentation_labels.json"),
    });
    const render = await decodeImage(at(picture(0)));
    for (let i = 0; i < regions.data.length; i++) {
      const red = render.data[3 * i];
      expect(regions.data[i]).toBe(red > 150 ? KIND.metal : red > 50 ? KIND.body : KIND.board);
    }
    await cropFolder(path.join(root, "labelled"), 4);
    for (let i = 0; i < 4; i++) await writeImage(path.join(root, "labelled", picture(i)), component(i, true));
    await transferFolder({
      input,
      exemplars: path.join(root, "labelled"),
      output,
      settings: { ...TRANSFER_DEFAULTS, division: "labels" },
      workers: 1,
    });
    const { fit } = JSON.parse(await readFile(path.join(output, "appearance-fit.json"), "utf8"));
    expect(fit.division).toBe("labels");
  });
});

describe("a folder by a server", () => {
  const edit = async (
    fault: (n: number) => Fault,
    more: Partial<EndpointSettings> = {},
    models?: readonly string[],
  ) => {
    await server?.close();
    server = await editServer({ fault, ...(models && { models }) });
    const endpoint = endpointSettings({
      url: "http://fixed/v1",
      retries: 0,
      backoff: 0.01,
      timeout: 2,
      ...more,
    });
    return endpointFolder({ input, output, endpoint: { ...endpoint, url: server.url }, concurrency: 1 });
  };

  test("all pictures, and no key in any file", async () => {
    const result = await edit(() => "none", { apiKey: "secret-key-123" });
    expect([result.pictures.length, result.failed, result.carried]).toEqual([3, 0, 5]);
    const manifest = await readFile(path.join(output, "appearance.json"), "utf8");
    expect(manifest).not.toContain("secret-key");
    expect(JSON.parse(manifest).how).toMatchObject({ way: "endpoint", dialect: "chat", seed: 0 });
    const edited = await decodeImage(path.join(output, picture(0)));
    expect([edited.width, edited.height]).toEqual([64, 40]);
  });

  test("one bad answer costs one picture; the same command makes it", async () => {
    const result = await edit((n) => (n === 1 ? "wrong_size" : "none"));
    expect([result.pictures.length, result.failed]).toEqual([2, 1]);
    expect(result.problems[0]).toMatchObject({
      code: "endpoint_answer_size",
      where: { file: path.join(input, picture(1)) },
    });
    const url = server?.url as string;
    const again = await endpointFolder({
      input,
      output,
      endpoint: endpointSettings({ url, retries: 0, timeout: 2 }),
      concurrency: 2,
    });
    expect([again.kept, again.pictures.length, again.failed]).toEqual([2, 3, 0]);
  });

  test.each<[Fault, string]>([
    ["401", "endpoint_unauthorized"],
    ["404", "endpoint_not_found"],
    ["redirect_out", "endpoint_redirect"],
  ])("%s ends the work at once, what is finished is kept", async (fault, code) => {
    expect((await failed(edit((n) => (n === 0 ? "none" : fault)))).code).toBe(code);
    expect(server?.seen.length).toBe(2);
    expect(Object.keys(await tree(output))).toContain(picture(0));
  });

  test("the wrong model is refused before any picture", async () => {
    expect((await failed(edit(() => "none", {}, ["other"]))).code).toBe("endpoint_model_missing");
    expect(server?.seen.length).toBe(0);
  });

  test("a server that answers nothing good is given up", async () => {
    for (let i = 3; i < 9; i++) await writeImage(path.join(input, picture(i)), component(i, false));
    const broken = await failed(edit((n) => (n === 0 ? "none" : "500")));
    expect([broken.code, server?.seen.length]).toEqual(["endpoint_failed", 6]);
    await rm(output, { recursive: true });
    const error = await failed(edit(() => "not_image"));
    expect([error.code, error.problems.length, server?.seen.length]).toEqual([
      "endpoint_answer_invalid",
      5,
      5,
    ]);
  });
});
