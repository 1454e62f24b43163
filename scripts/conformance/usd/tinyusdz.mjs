// A cross-check with tinyusdz (npm, WebAssembly), when it is installed somewhere: it prints each layer as text, and what
// that text says must be what we read from the file itself.
import { readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { parseLayer } from "../../../dist/scene/usd/layers.js";
import { parseText } from "../../../dist/scene/usd/text/parse.js";
import { layersOf, specs } from "./assets.mjs";

/** @param where folder that has node_modules/tinyusdz */
export async function crossCheck(folder, where) {
  const home = path.join(where, "node_modules/tinyusdz");
  // Its loader refuses to run outside browsers; it needs nothing of them.
  globalThis.window ??= globalThis;
  globalThis.document ??= { baseURI: "file:///" };
  Object.defineProperty(process, "type", { value: "renderer", configurable: true });
  const { default: start } = await import(pathToFileURL(path.join(home, "tinyusdz.js")).href);
  const wasm = await start({
    wasmBinary: readFileSync(path.join(home, "tinyusdz.wasm")),
    print() {},
    printErr() {},
  });
  const rows = [];
  for (const { name, bytes } of layersOf(folder)) {
    const row = { name: path.relative(folder, name), state: "unread by tinyusdz", detail: "" };
    rows.push(row);
    let text;
    try {
      const loader = new wasm.TinyUSDZLoaderNative();
      if (loader.loadAsLayerFromBinary(bytes, path.basename(name).replace(/\]$/, "")))
        text = loader.layerToString().trim();
      else row.detail = loader.error();
      loader.delete();
    } catch (error) {
      row.detail = String(error.message ?? error);
    }
    if (!text) continue;
    let theirs;
    try {
      theirs = specs(parseText(text, "tinyusdz"));
    } catch (error) {
      row.state = "its text cannot be read";
      row.detail = error.message;
      continue;
    }
    const ours = specs(parseLayer(bytes, name));
    const wrong = [];
    let values = 0;
    for (const [at, prim] of theirs) {
      const own = ours.get(at);
      if (!own) wrong.push(`no ${at}`);
      else
        for (const [key, property] of prim.properties) {
          const mine = own.properties.get(key);
          if (!mine) wrong.push(`no ${at}.${key}`);
          else if (property.value !== undefined && ArrayBuffer.isView(property.value)) {
            values++;
            if (!close(mine.value, property.value)) wrong.push(`value of ${at}.${key}`);
          }
        }
    }
    row.state = wrong.length === 0 ? "agrees" : "differs";
    row.values = values;
    row.detail = wrong.slice(0, 3).join("; ");
  }
  return rows;
}

function close(a, b) {
  return (
    ArrayBuffer.isView(a) &&
    a.length === b.length &&
    a.every((v, i) => Object.is(v, b[i]) || Math.abs(v - b[i]) <= 1e-5 * Math.max(1e-3, Math.abs(v)))
  );
}
