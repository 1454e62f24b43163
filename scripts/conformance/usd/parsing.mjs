// OpenUSD's parser cases: each good file must say the same as the file that OpenUSD wrote from it; bad ones must be
// refused.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { parseText } from "../../../dist/scene/usd/text/parse.js";

// OpenUSD writes floats with as few digits as make sense.
const digits = (v) => String(Number(v.toPrecision(6)));

const byName = ([a], [b]) => (a < b ? -1 : a > b ? 1 : 0);

/** A layer as plain data: without rows, what OpenUSD leaves out when it writes, and the order of edits. */
function plain(layer) {
  const values = (map) =>
    Object.fromEntries(
      [...map]
        .filter(([, value]) => !(typeof value === "string" && value === ""))
        .map(([key, value]) => [key, value instanceof Map ? values(value) : value])
        .sort(),
    );
  const property = ({ row: _, metadata, timeSamples, ...rest }) => ({
    ...rest,
    metadata: values(metadata),
    timeSamples: timeSamples?.times.map((time, i) => [time, timeSamples.at(i)]),
  });
  const prim = ({ row: _, metadata, children, properties, variantSets, variantSelections, ...rest }) => ({
    ...rest,
    metadata: values(metadata),
    variantSelections: variantSelections && values(variantSelections),
    children: [...children].map(([name, child]) => [name, prim(child)]),
    // OpenUSD writes properties and relocates in order of their names.
    properties: [...properties].map(([name, p]) => [name, property(p)]).sort(byName),
    relocates: rest.relocates?.map(({ source, target }) => [source, target]).sort(byName),
    variantSets: [...variantSets].map(([set, all]) => [
      set,
      [...all].map(([name, v]) => [name, prim(v)]).sort(byName),
    ]),
  });
  return JSON.parse(
    JSON.stringify({ root: prim(layer.root), subLayers: layer.subLayers }, (_, v) =>
      typeof v === "symbol"
        ? "None"
        : ArrayBuffer.isView(v)
          ? Array.from(v, digits)
          : typeof v === "number"
            ? digits(v)
            : v,
    ),
  );
}

export function parsing(openusd) {
  const folder = path.join(openusd, "pxr/usd/sdf/testenv/testSdfParsing.testenv");
  const rows = [];
  for (const name of readdirSync(folder).filter((n) => n.endsWith(".sdf"))) {
    const bad = /_bad_/.test(name);
    const row = { name, bad, ok: false, detail: "" };
    rows.push(row);
    try {
      const layer = parseText(readFileSync(path.join(folder, name), "utf8"), name);
      const twin = path.join(folder, "baseline", name);
      if (bad) row.detail = "accepted";
      else if (!existsSync(twin)) row.ok = true;
      else {
        const [a, b] = [plain(layer), plain(parseText(readFileSync(twin, "utf8"), twin))];
        row.ok = isDeepStrictEqual(a, b);
        if (!row.ok) row.detail = difference(a, b, "");
      }
    } catch (error) {
      if (!error.code) throw error;
      row.ok = bad;
      row.detail = `${error.where?.row}:${error.where?.column} ${error.message}`;
    }
  }
  return rows;
}

function difference(a, b, at) {
  if (isDeepStrictEqual(a, b)) return "";
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null)
    return `${at}: ${JSON.stringify(a)} / ${JSON.stringify(b)}`.slice(0, 160);
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const found = difference(a[key], b[key], `${at}.${key}`);
    if (found) return found;
  }
  return at;
}
