import { existsSync, realpathSync } from "node:fs";
import path from "node:path";

/** Where an asset path leads: a file, a file inside a package, or nowhere (`why`). */
export type Resolved =
  | Readonly<{ file: string }>
  | Readonly<{ why: "missing" | "outside" | "remote"; tried: string }>;

/** Names of files inside packages: `/a/b.usdz[inner/c.png]`. */
export function splitPackage(file: string): { archive: string; inner: string } | undefined {
  const match = /^(.*\.usdz)\[(.+)\]$/is.exec(file);
  return match ? { archive: match[1], inner: match[2] } : undefined;
}

export function joinPackage(archive: string, inner: string): string {
  return `${archive}[${inner}]`;
}

/**
 * Resolves the asset paths of layers. `./` and `../` are relative to the layer; other relative paths are looked for
 * beside the layer and then in the root. Inside a package only files of that package are found. Nothing outside
 * `root` is opened, be it named directly or reached through a symbolic link.
 */
export function assetResolver(
  root: string,
  packageNames: (archive: string) => ReadonlySet<string>,
): (layerFile: string, asset: string) => Resolved {
  const realRoot = realpathSync(root);
  const within = (file: string): boolean => isInside(realRoot, file);
  return (layerFile, asset) => {
    const plain = asset.replaceAll("\\", "/").replace(/:SDF_FORMAT_ARGS:.*$/s, "");
    if (/^[a-z][a-z0-9+.-]+:\/\//i.test(plain)) return { why: "remote", tried: asset };
    if (plain.includes("\0")) return { why: "missing", tried: asset };
    const home = splitPackage(layerFile);
    if (home) return inPackage(home, plain, packageNames(home.archive));
    const nested = splitPackage(plain);
    const wanted = nested ? nested.archive : plain;
    const folder = path.dirname(layerFile);
    const places = /^(?:\.{1,2}\/|\/)/.test(wanted) ? [folder] : [folder, root];
    let outside = false;
    for (const place of places) {
      const file = path.resolve(place, wanted);
      if (!existsSync(file)) {
        outside ||= !isInside(path.resolve(root), file);
        continue;
      }
      if (!within(realpathSync(file))) {
        outside = true;
        continue;
      }
      if (!nested) return { file };
      const inner = path.posix.normalize(nested.inner);
      if (packageNames(file).has(inner)) return { file: joinPackage(file, inner) };
    }
    return { why: outside ? "outside" : "missing", tried: path.resolve(folder, wanted) };
  };
}

function inPackage(
  home: { archive: string; inner: string },
  asset: string,
  names: ReadonlySet<string>,
): Resolved {
  const beside = path.posix.normalize(path.posix.join(path.posix.dirname(home.inner), asset));
  if (beside.startsWith("../") || asset.startsWith("/"))
    return { why: "outside", tried: joinPackage(home.archive, asset) };
  if (names.has(beside)) return { file: joinPackage(home.archive, beside) };
  const atRoot = path.posix.normalize(asset);
  if (!/^\.{1,2}\//.test(asset) && names.has(atRoot)) return { file: joinPackage(home.archive, atRoot) };
  return { why: "missing", tried: joinPackage(home.archive, beside) };
}

function isInside(root: string, target: string): boolean {
  const relative = path.relative(root, target);
  return (
    relative === "" ||
    (relative !== ".." && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative))
  );
}
