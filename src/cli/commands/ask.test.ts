import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const cli = fileURLToPath(new URL("../../../bin/reflow.mjs", import.meta.url));
const home = mkdtempSync(path.join(tmpdir(), "reflow-cli-ask-"));
const preferences = path.join(home, "reflow", "preferences.json");
const run = (...args: string[]) => {
  const done = spawnSync(process.execPath, [cli, ...args], {
    encoding: "utf8",
    env: { PATH: process.env.PATH, XDG_CONFIG_HOME: home, HF_TOKEN: "", HF_ENDPOINT: "http://127.0.0.1:9" },
  });
  return { code: done.status, out: done.stdout, err: done.stderr };
};

describe("reflow ask", () => {
  test("open questions: exit 5, JSON on standard output, text on standard error", () => {
    const { code, out, err } = run("ask", "generate me 10 images");
    expect(code).toBe(5);
    const { value } = JSON.parse(out);
    expect(value.questions.map((q: { id: string }) => q.id)).toEqual(["Q-ROOT", "Q-COUNT"]);
    expect(err).toContain("1) 10 final crops");
    expect(err).toContain("Next: reflow ask 'generate me 10 images' --answer Q-ROOT=a --answer Q-COUNT=a\n");
    expect(existsSync(preferences)).toBe(false);
  });

  test("answered: a plan with its sections in order; the root is remembered and asked no more", () => {
    const answers = path.join(home, "answers.yaml");
    writeFileSync(answers, "Q-COUNT: 1\nQ-ROOT: /data/dig\n");
    const { code, out, err } = run("ask", "generate me 10 images", "--answers", answers);
    expect({ code, err }).toMatchObject({ code: 0 });
    const at = ["Workflow", "Preflights", "Required URL Artifacts", "Submit Command", "Output Location"].map(
      (s) => out.indexOf(`${s}\n`),
    );
    expect(at.every((n) => n >= 0)).toBe(true);
    expect([...at].sort((a, b) => a - b)).toEqual(at);
    expect(err).toContain(
      "Next: reflow generate good --cookbook dense --output /data/dig/runs/good_image_gen-",
    );
    expect(JSON.parse(readFileSync(preferences, "utf8"))).toEqual({ dig_url_root: "/data/dig" });
    const again = JSON.parse(run("ask", "tombstones on dense, root ./other", "--json").out);
    expect(again.value.plan).toMatchObject({
      root: "./other",
      remember: [{ item: "dig_url_root", when: "conflict" }],
    });
    expect(JSON.parse(readFileSync(preferences, "utf8")).dig_url_root).toBe("/data/dig");
    run("ask", "tombstones on dense", "--root", "/data/new", "--remember");
    expect(JSON.parse(readFileSync(preferences, "utf8")).dig_url_root).toBe("/data/new");
  });

  test.each([
    [["structural with crop_max_emit=50"], "knob_other_flow", "render_patches"],
    [["board 0402, shifts"], "name_unsafe", "board-0402"],
    [["generate me 10 images", "--answer", "Q-COUNT=z"], "answer_invalid", "a, b, c, d"],
    [["x", "--answer", "count"], "Q-COUNT=a", "--answer"],
    [["generate me 10 images", "--answer", "Q-CONT=a"], "answer_unknown", "Did you mean Q-COUNT?"],
  ])("%j cannot work: exit 2", (args, word, hint) => {
    const { code, err } = run("ask", ...args);
    expect(code).toBe(2);
    expect(err).toContain(word);
    expect(err).toContain(hint);
    expect(err).not.toContain("    at ");
  });

  test("the next command keeps the flags; a relative root means the same folder from everywhere", () => {
    const own = path.join(home, "own.json");
    const open = run("ask", "generate me 10 images", "--root", "my dig", "--preferences", own);
    expect(open.err).toContain(`--root 'my dig' --preferences ${own} --answer Q-COUNT=a\n`);
    const { err } = run("ask", "tombstones on dense", "--root", "my dig", "--preferences", own);
    expect(err).toContain(`'dig_url_root=${path.resolve("my dig")}'`);
    expect(JSON.parse(readFileSync(own, "utf8"))).toEqual({ dig_url_root: path.resolve("my dig") });
  });

  test("an empty request is no request", () => {
    const { code, err } = run("ask", "  ", "--root", "/data/dig");
    expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining("the request is empty") });
  });

  test("control characters of a request never reach the terminal", () => {
    const { err } = run("ask", "50 x\u001b[31m images", "--root", "/data/dig");
    expect(err).toContain("50 x [31m images");
    expect(err).not.toContain("\u001b");
  });

  test("answers and preferences that cannot be read: one error, exit 3", () => {
    const bad = path.join(home, "bad.yaml");
    writeFileSync(bad, "- a\n");
    expect(run("ask", "x", "--answers", bad)).toMatchObject({
      code: 3,
      err: expect.stringContaining("answers_invalid"),
    });
    writeFileSync(bad, '{"dig_url_root": 3}');
    expect(run("ask", "x", "--preferences", bad)).toMatchObject({
      code: 3,
      err: expect.stringContaining("preferences_invalid"),
    });
  });

  test("the contract's cluster form", () => {
    const { out, code } = run(
      "ask",
      "generate me 10 images",
      "--platform",
      "osmo",
      "--json",
      "--preferences",
      path.join(home, "none.json"),
    );
    expect(code).toBe(5);
    expect(JSON.parse(out).value.questions.map((q: { id: string }) => q.id)).toEqual([
      "Q-ROOT",
      "Q-POOL",
      "Q-COUNT",
      "Q-ENDPOINT",
    ]);
  });
});

describe("reflow setup", () => {
  test("from a folder, then again; what is missing is said in one place", () => {
    const from = path.join(home, "from");
    for (const f of ["IC/clean_image/a.png", "IC/mask/bridge/b_mask.png"]) {
      mkdirSync(path.dirname(path.join(from, "datasets/glass/raw", f)), { recursive: true });
      writeFileSync(path.join(from, "datasets/glass/raw", f), "x");
    }
    const root = path.join(home, "root folder");
    const first = run(
      "setup",
      "glass",
      "--root",
      root,
      "--from",
      from,
      "--preferences",
      path.join(home, "p.json"),
    );
    expect(first).toMatchObject({ code: 0, out: expect.stringContaining("copied   datasets/glass/raw") });
    expect(first.out).toContain("not needed on this machine");
    expect(JSON.parse(readFileSync(path.join(home, "p.json"), "utf8")).dig_url_root).toBe(root);
    const second = run("setup", "glass", "--root", root, "--json", "--check");
    const { value } = JSON.parse(second.out.trim().split("\n").at(-1)!);
    expect(value).toMatchObject({
      complete: true,
      exit_code: 0,
      parts: [{ state: "ready" }, { state: "missing" }],
    });
  });

  test("nothing to be had: exit 3 with what to put where", () => {
    const { code, out } = run("setup", "glass", "--root", path.join(home, "empty"));
    expect(code).toBe(3);
    expect(out).toContain("mobile_screen.zip");
  });

  test.each([
    [["metl", "--root", "/tmp/x"], "metal"],
    [["metal"], "--root"],
    [["metal", "--root", "gs://b/x"], "storage_unsupported"],
    [["metal", "--root", "s3://b/x"], "AWS_ACCESS_KEY_ID"],
    [["pretrained", "--root", "/tmp/x", "--sizes", "7B"], "knob_value"],
  ])("%j is refused: %s", (args, word) => {
    const { code, err } = run("setup", ...args);
    expect(code).toBe(2);
    expect(err).toContain(word);
  });
});
