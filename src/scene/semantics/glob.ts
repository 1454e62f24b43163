/**
 * A glob over whole prim paths as an anchored expression (contract 2.1): `**` any characters, `*` any but `/`, `?` one
 * character but `/`; everything else stands for itself.
 */
export function globToRegExp(glob: string): RegExp {
  const body = glob.replace(/\*\*|[\s\S]/g, (part) => {
    if (part === "**") return "[\\s\\S]*";
    if (part === "*") return "[^/]*";
    if (part === "?") return "[^/]";
    return part.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
  });
  return new RegExp(`^${body}$`);
}
