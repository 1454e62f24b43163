import { existsSync, realpathSync } from "node:fs";
import path from "node:path";

/** Where an asset path leads: a file, a file inside a package, or nowhere (`why`). */
export type Resolved =
  | Readonly<{ file: string }>
  | Readonly<{ why: "missing" | "outside" | "remote"; tried: string }>;

export type Resolve = (layerFile: string, asset: string) => Resolved;

/** Splits the name of a file in a package: `/a/b.usdz[inner/c.png]`; in a nested one: `/a/b.usdz[d.usdz][c.png]`. */
export function splitPackage(file: string): { archive: string; inner: string } | undefined {
  const match = /^(.*\.usdz\]?)\[([^[\]]+)\]$/is.exec(file);
  return match ? { archive: match[1], inner: match[2] } : undefined;
}

export function joinPackage(archive: string, inner: string): string {
  return `${archive}[${inner}]`;
}

export function isPackage(file: string): boolean {
  return /\.usdz\]?$/i.test(file);
}

/** `a.usdz[b.usdz[c.png]]`, as layers write it, outermost first. */
function nestedNames(asset: string): readonly string[] {
  const names: string[] = [];
  let rest = asset;
  for (let at = rest.indexOf("["); at > 0 && rest.endsWith("]"); at = rest.indexOf("[")) {
    if (!/\.usdz$/i.test(rest.slice(0, at))) break;
    names.push(rest.slice(0, at));
    rest = rest.slice(at + 1, -1);
  }
  return [...names, rest];
}

/**
 * Resolves the asset paths of layers. `./` and `../` are relative to the layer; other relative paths are looked for
 * beside the layer and then in the root. Inside a package only files of that package are found. Nothing outside
 * `root` is opened, be it named directly or reached through a symbolic link.
 */
export function assetResolver(root: string, packageNames: (archive: string) => ReadonlySet<string>): Resolve {
  const lexicalRoot = path.resolve(root);
  const realRoot = existsSync(root) ? realpathSync(root) : lexicalRoot;
  const known = new Map<string, Resolved>();
  return (layerFile, asset) => {
    const home = splitPackage(layerFile);
    const place = home ? layerFile : path.dirname(layerFile);
    const key = `${place}\n${asset}`;
    const before = known.get(key);
    if (before) return before;
    const found = resolve(home, place, asset);
    known.set(key, found);
    return found;
  };

  function resolve(
    home: { archive: string; inner: string } | undefined,
    folder: string,
    asset: string,
  ): Resolved {
    const plain = asset.replaceAll("\\", "/").replace(/:SDF_FORMAT_ARGS:.*$/s, "");
    if (/^[a-z][a-z0-9+.-]+:\/\//i.test(plain)) return { why: "remote", tried: asset };
    if (plain.includes("\0")) return { why: "missing", tried: asset };
    const [first, ...inner] = nestedNames(plain);
    let found = home ? inPackage(home, first) : onDisk(folder, first);
    for (const name of inner) {
      if (!("file" in found)) return found;
      found = inPackage({ archive: found.file, inner: "" }, name);
    }
    return found;
  }

  function onDisk(folder: string, wanted: string): Resolved {
    const places = /^(?:\.{1,2}\/|\/)/.test(wanted) ? [folder] : [folder, lexicalRoot];
    let outside = false;
    for (const place of places) {
      const file = path.resolve(place, wanted);
      if (!existsSync(file)) outside ||= !isInside(lexicalRoot, file);
      else if (isInside(realRoot, realpathSync(file))) return { file };
      else outside = true;
    }
    return { why: outside ? "outside" : "missing", tried: path.resolve(folder, wanted) };
  }

  function inPackage(home: { archive: string; inner: string }, asset: string): Resolved {
    const names = packageNames(home.archive);
    const beside = path.posix.normalize(path.posix.join(path.posix.dirname(home.inner), asset));
    if (beside.startsWith("../") || asset.startsWith("/"))
      return { why: "outside", tried: joinPackage(home.archive, asset) };
    const atRoot = path.posix.normalize(asset);
    const anchored = /^\.{1,2}\//.test(asset);
    const name = [beside, ...(anchored ? [] : [atRoot])].find((n) => names.has(n));
    if (name !== undefined) return { file: joinPackage(home.archive, name) };
    return { why: "missing", tried: joinPackage(home.archive, beside) };
  }
}

function isInside(root: string, target: string): boolean {
  const relative = path.relative(root, target);
  return (
    relative === "" ||
    (relative !== ".." && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative))
  );
}
