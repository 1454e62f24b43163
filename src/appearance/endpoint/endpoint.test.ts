import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { ReflowError } from "../../kit/errors.js";
import type { Pixels } from "../../kit/images.js";
import { editByEndpoint } from "./edit.js";
import { type EditServer, editServer, type Fault } from "./fixtures/server.js";
import { checkEndpoint } from "./health.js";
import { DIALECTS, type EndpointSettings, endpointSettings } from "./settings.js";
import { workSize } from "./size.js";

let server: EditServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** A crop with two pads, a body and some text: enough to be aligned by. */
function crop(width = 158, height = 114): Pixels {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [u, v] = [x / width, y / height];
      const pad = v > 0.2 && v < 0.75 && (Math.abs(u - 0.15) < 0.1 || Math.abs(u - 0.8) < 0.12);
      const body = v > 0.25 && v < 0.7 && u > 0.25 && u < 0.68;
      const text = body && (x >> 2) % 3 === 0 && Math.abs(v - 0.45) < 0.1 && u < 0.5;
      const grey = text ? 180 : pad ? 200 - ((x * 7 + y * 3) % 23) : body ? 60 : 15 + ((x + y) % 9);
      data.set([grey, grey, Math.min(255, grey + 8)], (y * width + x) * 3);
    }
  return { width, height, channels: 3, data };
}

async function settingsFor(
  fault: (n: number) => Fault,
  more: Partial<EndpointSettings> & { shift?: number; after?: string | (() => string) } = {},
): Promise<EndpointSettings> {
  const { shift, after, ...rest } = more;
  server = await editServer({ fault, ...(shift !== undefined && { shift }), ...(after && { after }) });
  return endpointSettings({
    url: server.url,
    backoff: 0.01,
    retries: 0,
    timeout: 5,
    align: undefined,
    ...rest,
  });
}

const failed = async (work: Promise<unknown>): Promise<ReflowError> => {
  const error = await work.then(
    () => undefined,
    (e) => e,
  );
  expect(error).toBeInstanceOf(ReflowError);
  return error as ReflowError;
};

describe("an edit by a server", () => {
  test.each(DIALECTS)(
    "dialect %s: asked with prompt, seed and key, answered in the original size",
    async (dialect) => {
      const settings = await settingsFor(() => "none", {
        dialect,
        prompt: "make it real",
        seed: 7,
        apiKey: "secret-key-123",
      });
      const original = crop();
      const { picture, attempts, answered } = await editByEndpoint(original, settings);
      expect([picture.width, picture.height, attempts]).toEqual([158, 114, 1]);
      expect(answered.width).toBeGreaterThan(500);
      // Redder than it was, and still the same picture.
      const at = (p: Pixels, x: number, y: number, c: number) => p.data[(y * 158 + x) * 3 + c];
      expect(at(picture, 80, 60, 0)).toBeGreaterThan(at(original, 80, 60, 0) + 20);
      expect(at(picture, 126, 50, 0)).toBeGreaterThan(at(picture, 80, 60, 0));
      const [seen] = server?.seen ?? [];
      expect(seen.authorization).toBe("Bearer secret-key-123");
      expect(seen.fields.prompt).toBe("make it real");
      const route = { chat: "/v1/chat/completions", images: "/v1/images/edits", infer: "/v1/infer" };
      expect(seen.route).toBe(route[dialect]);
      if (dialect === "chat") {
        expect(seen.image).toEqual({ width: 158, height: 114 });
        expect(seen.fields.extra_body).toEqual({
          num_inference_steps: 30,
          guidance_scale: 4,
          seed: 7,
          negative_prompt: " ",
        });
      } else if (dialect === "images") {
        expect(seen.image).toEqual({ width: 1216, height: 864 });
        expect(seen.fields).toMatchObject({
          seed: "7",
          size: "1216x864",
          response_format: "b64_json",
          n: "1",
        });
        expect(seen.fields).not.toHaveProperty("extra_body");
      } else expect(seen.fields).toMatchObject({ seed: 7, steps: 30, cfg_scale: 4, negative_prompt: " " });
    },
  );

  test("a server that fails at first is asked again", async () => {
    const settings = await settingsFor((n) => (["500", "truncated", "none"] as const)[n] ?? "none", {
      retries: 3,
    });
    expect((await editByEndpoint(crop(), settings)).attempts).toBe(3);
  });

  test("a server that asks for a pause gets it, by seconds or by date", async () => {
    for (const after of ["1", () => new Date(Date.now() + 1900).toUTCString()]) {
      const settings = await settingsFor((n) => (n === 0 ? "503" : "none"), { retries: 1, after });
      const begun = performance.now();
      expect((await editByEndpoint(crop(60, 40), settings)).attempts).toBe(2);
      expect(performance.now() - begun).toBeGreaterThan(700);
      await server?.close();
    }
  });

  test.each<[Fault, string]>([
    ["500", "endpoint_failed"],
    ["401", "endpoint_unauthorized"],
    ["404", "endpoint_not_found"],
    ["422", "endpoint_refused"],
    ["429", "endpoint_busy"],
    ["cut", "endpoint_cut_off"],
    ["truncated", "endpoint_answer_invalid"],
    ["not_json", "endpoint_answer_invalid"],
    ["not_image", "endpoint_answer_invalid"],
    ["no_image", "endpoint_answer_invalid"],
    ["svg", "endpoint_answer_invalid"],
    ["wrong_size", "endpoint_answer_size"],
    ["tiny", "endpoint_answer_size"],
    ["blank", "endpoint_answer_blank"],
    ["huge", "endpoint_answer_too_large"],
    ["endless", "endpoint_answer_too_large"],
    ["redirect_out", "endpoint_redirect"],
    ["redirect_302", "endpoint_redirect"],
  ])("%s gives %s, and the key is in no message", async (fault, code) => {
    const settings = await settingsFor(() => fault, { maxBytes: 2_000_000, apiKey: "secret-key-123" });
    const error = await failed(editByEndpoint(crop(60, 40), settings));
    expect([error.kind, error.code]).toEqual(["stage", code]);
    expect(`${error.message}${error.hint}`).not.toContain("secret-key");
  });

  test.each<Fault>(["hang", "drip"])("%s ends at the time-out", async (fault) => {
    const settings = await settingsFor(() => fault, { timeout: 0.4 });
    const begun = performance.now();
    const error = await failed(editByEndpoint(crop(60, 40), settings));
    expect(error.code).toBe("endpoint_timeout");
    expect(performance.now() - begun).toBeLessThan(3000);
  });

  test("what will not pass is not tried again; what may is tried `retries` times", async () => {
    let asked = 0;
    const settings = await settingsFor(
      () => {
        asked++;
        return "401";
      },
      { retries: 5 },
    );
    await failed(editByEndpoint(crop(60, 40), settings));
    expect(asked).toBe(1);
    await server?.close();
    asked = 0;
    const again = await settingsFor(
      () => {
        asked++;
        return "500";
      },
      { retries: 2 },
    );
    await failed(editByEndpoint(crop(60, 40), again));
    expect(asked).toBe(3);
  });

  test("a redirection on the same server is followed", async () => {
    const settings = await settingsFor((n) => (n === 0 ? "redirect_in" : "none"));
    await editByEndpoint(crop(60, 40), settings);
    expect(server?.seen.map((s) => s.route)).toEqual(["/v1/chat/completions", "/v1/moved"]);
  });

  test("a picture by address is fetched from the same server only", async () => {
    const near = await settingsFor(() => "url_in", { dialect: "images" });
    expect((await editByEndpoint(crop(60, 40), near)).picture.width).toBe(60);
    await server?.close();
    const far = await settingsFor(() => "url_out", { dialect: "images" });
    expect((await failed(editByEndpoint(crop(60, 40), far))).message).toContain("another server");
  });

  test("nobody listens", async () => {
    const settings = await settingsFor(() => "none");
    await server?.close();
    expect((await failed(editByEndpoint(crop(60, 40), settings))).code).toBe("endpoint_unreachable");
    expect((await failed(checkEndpoint(settings))).code).toBe("endpoint_unreachable");
  });

  test("an abort stops the waiting, also between two tries", async () => {
    const settings = await settingsFor(() => "500", { retries: 3, backoff: 60 });
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 200);
    await expect(editByEndpoint(crop(60, 40), settings, abort.signal)).rejects.toThrow(/abort/i);
  });

  test("an answer that was moved is laid back on the original", async () => {
    const settings = await settingsFor(() => "none", {
      shift: 3,
      align: endpointSettings({ url: "http://h/v1" }).align,
    });
    const { alignment } = await editByEndpoint(crop(), settings);
    expect(alignment?.moved).toBe(true);
    expect(Math.abs((alignment?.tx ?? 0) - 3)).toBeLessThan(0.35);
    expect(Math.abs((alignment?.ty ?? 0) - 3)).toBeLessThan(0.35);
    expect(Math.abs(alignment?.rotation ?? 9)).toBeLessThan(0.2);
  });
});

describe("health", () => {
  test("the model is served, is another, or is not told", async () => {
    server = await editServer();
    expect(await checkEndpoint(endpointSettings({ url: server.url }))).toEqual([]);
    await server.close();
    server = await editServer({ models: ["qwen/Qwen-Image-Edit"] });
    const error = await failed(checkEndpoint(endpointSettings({ url: server.url })));
    expect([error.code, error.message.includes("qwen/Qwen-Image-Edit")]).toEqual([
      "endpoint_model_missing",
      true,
    ]);
    await server.close();
    server = await editServer({ models: "none" });
    const [warning] = await checkEndpoint(endpointSettings({ url: server.url, dialect: "infer" }));
    expect([warning.code, warning.severity]).toEqual(["endpoint_model_unknown", "warning"]);
  });
});

describe("settings", () => {
  test.each(["ftp://host/v1", "host:8000", "", "http://user:secret@host/v1", "http://host/v1?key=1"])(
    "%s is no endpoint",
    (url) => {
      expect(() => endpointSettings({ url })).toThrow(ReflowError);
      try {
        endpointSettings({ url });
      } catch (error) {
        expect((error as Error).message).not.toContain("secret");
      }
    },
  );

  test("slashes at the end are taken off; another model is refused", () => {
    expect(endpointSettings({ url: "http://host:8000/v1///" }).url).toBe("http://host:8000/v1");
    expect(() => endpointSettings({ url: "http://host/v1", model: "qwen-image-edit" })).toThrow(/labels/);
  });

  test("the working size is about a megapixel on a grid of 32", () => {
    expect(workSize(158, 114)).toEqual({ width: 1216, height: 864 });
    fc.assert(
      fc.property(fc.integer({ min: 8, max: 4000 }), fc.integer({ min: 8, max: 4000 }), (w, h) => {
        const size = workSize(w, h);
        expect(size.width % 32).toBe(0);
        expect(size.height % 32).toBe(0);
        if (w < 4 * h && h < 4 * w)
          expect(Math.abs((size.width * size.height) / 1_048_576 - 1)).toBeLessThan(0.06);
      }),
    );
  });
});
