import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import { dataError, type Problem, ReflowError } from "../../kit/errors.js";
import { explainReadError } from "../../kit/files.js";
import { assetResolver, isPackage, joinPackage, type Resolve, splitPackage } from "./assets.js";
import { parseCrate } from "./crate/parse.js";
import type { Layer } from "./layer.js";
import { LIMITS } from "./limits.js";
import { parseText } from "./text/parse.js";
import { openPackage, type Package } from "./zip/package.js";

/** The layers of one stage, each read once. Reading is synchronous: composition asks for layers as it finds arcs. */
export type Layers = Readonly<{
  /** The layer, or undefined with the reason in `problems`. */
  open: (file: string) => Layer | undefined;
  resolve: Resolve;
  /** Bytes of a file on disk or in a package. */
  bytes: (file: string) => Uint8Array;
  /** Root layer of a package. */
  rootOf: (file: string) => string;
  problems: readonly Problem[];
}>;

export function layerStore(searchRoot: string): Layers {
  const layers = new Map<string, Layer | undefined>();
  const packages = new Map<string, Package>();
  const problems: Problem[] = [];

  const packageOf = (archive: string): Package => {
    if (archive.split("[").length > LIMITS.packageDepth)
      throw dataError("usdz_too_large", `${archive}: packages are nested too deeply`, "Unpack them.", {
        file: archive,
      });
    const found = packages.get(archive) ?? openPackage(archive, bytes(archive));
    packages.set(archive, found);
    return found;
  };
  const bytes = (file: string): Uint8Array => {
    const inside = splitPackage(file);
    return inside ? packageOf(inside.archive).read(inside.inner) : readBytes(file);
  };
  const rootOf = (file: string): string =>
    isPackage(file) ? rootOf(joinPackage(file, rootName(packageOf(file)))) : file;
  const read = (file: string): Layer => {
    if (layers.size >= LIMITS.layers)
      throw dataError("usd_too_large", `more than ${LIMITS.layers} layers`, "Flatten the scene first.", {
        file,
      });
    return parseLayer(bytes(file), file);
  };
  return {
    problems,
    bytes,
    rootOf,
    resolve: assetResolver(searchRoot, (archive) => {
      try {
        return packageOf(archive).has;
      } catch {
        return new Set();
      }
    }),
    open: (file) => {
      if (layers.has(file)) return layers.get(file);
      let layer: Layer | undefined;
      try {
        const root = rootOf(file);
        layer = root === file ? read(file) : (layers.get(root) ?? read(root));
        layers.set(root, layer);
      } catch (error) {
        problems.push(problemOf(error));
      }
      layers.set(file, layer);
      return layer;
    },
  };
}

function rootName(archive: Package): string {
  const found = archive.names.find((name) => /\.usd[acz]?$/i.test(name));
  if (found) return found;
  throw dataError("usdz_damaged", `the package ${archive.file} holds no layer`, "Export it again.", {
    file: archive.file,
  });
}

/** A layer by what its first bytes say; the name's ending counts for nothing. */
export function parseLayer(bytes: Uint8Array, file: string): Layer {
  const head = String.fromCharCode(...bytes.subarray(0, 8));
  if (head === "PXR-USDC") return parseCrate(bytes, file);
  if (/\.mtlx\]?$/i.test(file))
    throw dataError(
      "usd_format_unread",
      `${file} is a MaterialX document; only USD layers are read`,
      "Give the material a UsdPreviewSurface, or flatten the scene with OpenUSD's usdcat.",
      { file },
    );
  if (bytes.length > LIMITS.textBytes)
    throw dataError(
      "usd_too_large",
      `${file} has ${bytes.length} bytes; text layers may have ${LIMITS.textBytes}`,
      "Save the layer as .usdc.",
      { file },
    );
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw dataError(
      "usd_not_a_layer",
      `${path.basename(file)} is neither a text layer (UTF-8) nor a crate`,
      "Name a USD file (.usda, .usdc, .usd or .usdz), and copy it again if it is one.",
      { file },
    );
  }
  return parseText(text, file);
}

function readBytes(file: string): Uint8Array {
  try {
    const stats = statSync(file);
    if (stats.isDirectory()) throw explainReadError({ code: "EISDIR" }, file);
    if (!stats.isFile())
      throw dataError("not_a_file", `${file} is no regular file`, "Name a regular file.", { file });
    if (stats.size > LIMITS.binaryBytes)
      throw dataError("usd_too_large", `${file} has ${stats.size} bytes`, "Split the scene into layers.", {
        file,
      });
    return readFileSync(file);
  } catch (error) {
    throw explainReadError(error, file);
  }
}

export function problemOf(error: unknown): Problem {
  if (!(error instanceof ReflowError)) throw error;
  const { code, message, hint, where } = error;
  const severity = code === "usd_format_unread" ? "warning" : "error";
  return { code, severity, message, hint, ...(where ? { where } : {}) };
}
