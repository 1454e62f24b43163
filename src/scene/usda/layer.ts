import type { UsdaValue } from "./value.js";

/** One property: `uniform token[] xformOpOrder = …`, `rel material:binding = …`, `float inputs:x.connect = …`. */
export type PropertySpec = Readonly<{
  /** Everything before the name: "float", "uniform token[]", "rel", "prepend rel", "custom string". */
  type: string;
  name: string;
  value?: UsdaValue;
  metadata?: Readonly<Record<string, UsdaValue>>;
}>;

export type PrimSpec = Readonly<{
  specifier: "def" | "over" | "class";
  /** Schema name; none for a typeless prim. */
  type?: string;
  name: string;
  /** `instanceable`, `prepend apiSchemas`, `inherits`, … in the order given. */
  metadata?: Readonly<Record<string, UsdaValue>>;
  properties?: readonly PropertySpec[];
  children?: readonly PrimSpec[];
}>;

export type LayerSpec = Readonly<{
  metadata: Readonly<Record<string, UsdaValue>>;
  prims: readonly PrimSpec[];
}>;

/** The text of a `.usda` layer. Throws RangeError on names that are no identifiers or that siblings share. */
export function writeLayer(layer: LayerSpec): string {
  const out = ["#usda 1.0", ...metadata(layer.metadata, "")];
  writeSiblings(layer.prims, "", out);
  return `${out.join("\n")}\n`;
}

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;
const PROPERTY = /^[A-Za-z_][A-Za-z0-9_]*(:[A-Za-z0-9_]+)*(\.connect)?$/;

function writeSiblings(prims: readonly PrimSpec[], indent: string, out: string[]): void {
  const seen = new Set<string>();
  for (const prim of prims) {
    if (!IDENTIFIER.test(prim.name)) throw new RangeError(`not a prim name: "${prim.name}"`);
    if (seen.has(prim.name)) throw new RangeError(`two siblings named ${prim.name}`);
    seen.add(prim.name);
    out.push("");
    writePrim(prim, indent, out);
  }
}

function writePrim(prim: PrimSpec, indent: string, out: string[]): void {
  const head = [prim.specifier, ...(prim.type ? [prim.type] : []), `"${prim.name}"`].join(" ");
  const meta = metadata(prim.metadata ?? {}, indent);
  out.push(meta.length === 0 ? `${indent}${head}` : `${indent}${head} ${meta[0].trimStart()}`);
  out.push(...meta.slice(1), `${indent}{`);
  const inner = `${indent}    `;
  for (const p of prim.properties ?? []) {
    if (!PROPERTY.test(p.name)) throw new RangeError(`not a property name: "${p.name}"`);
    const line = `${inner}${p.type} ${p.name}${p.value ? ` = ${p.value.text}` : ""}`;
    const more = metadata(p.metadata ?? {}, inner);
    out.push(more.length === 0 ? line : `${line} ${more[0].trimStart()}`, ...more.slice(1));
  }
  writeSiblings(prim.children ?? [], inner, out);
  out.push(`${indent}}`);
}

function metadata(entries: Readonly<Record<string, UsdaValue>>, indent: string): string[] {
  const lines = Object.entries(entries).map(([key, v]) => `${indent}    ${key} = ${v.text}`);
  return lines.length === 0 ? [] : [`${indent}(`, ...lines, `${indent})`];
}
