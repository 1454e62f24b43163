import { draftPrim, type PrimDraft, type Specifier } from "../layer.js";
import { LIMITS } from "../limits.js";
import { childPath } from "../paths.js";
import {
  accept,
  acceptWord,
  type Cursor,
  endStatement,
  expect,
  peek,
  skip,
  syntaxError,
  word,
} from "./cursor.js";
import { quoted } from "./literals.js";
import { acceptOrder, primMetadata } from "./metadata.js";
import { property } from "./properties.js";
import { items } from "./untyped.js";

const SPECIFIERS: readonly Specifier[] = ["def", "over", "class"];
const IDENTIFIER = /^[\p{XID_Start}_][\p{XID_Continue}]*$/u;
const VARIANT = /^\.?[\p{XID_Continue}|-]+$/u;

/** Reads `def`, `over` or `class` with its block when one comes next. */
export function acceptPrim(c: Cursor, parent: PrimDraft, path: string, depth: number, rowAt: RowAt): boolean {
  const specifier = acceptSpecifier(c);
  if (!specifier) return false;
  if (depth > LIMITS.primDepth) throw syntaxError(c, "prims are nested too deeply");
  const at = c.at;
  let typeName = "";
  if (peek(c) !== '"' && peek(c) !== "'") {
    typeName = word(c, "type or name of a prim");
    while (accept(c, ".")) typeName += `.${word(c)}`;
    if (typeName === "__AnyType__") typeName = "";
  }
  const nameAt = c.at;
  const name = quoted(c);
  if (!IDENTIFIER.test(name)) throw syntaxError(c, `"${name}" is no prim name`, nameAt);
  if (parent.children.has(name)) throw syntaxError(c, `the prim "${name}" is written twice`, nameAt);
  const prim = draftPrim(name, specifier, typeName);
  prim.row = rowAt(at);
  parent.children.set(name, prim);
  const own = childPath(path, name);
  primMetadata(c, prim, own);
  primBlock(c, prim, own, depth, rowAt);
  return true;
}

/** Row of a place in the text. */
export type RowAt = (at: number) => number;

function acceptSpecifier(c: Cursor): Specifier | undefined {
  const at = c.at;
  for (const specifier of SPECIFIERS)
    if (acceptWord(c, specifier)) {
      const next = peek(c);
      if (/["'\p{XID_Start}_]/u.test(next)) return specifier;
      c.at = at;
    }
  return undefined;
}

function primBlock(c: Cursor, prim: PrimDraft, path: string, depth: number, rowAt: RowAt): void {
  expect(c, "{");
  while (peek(c) !== "}") {
    if (c.at >= c.text.length) throw syntaxError(c, `"}" of ${path} expected`);
    if (acceptPrim(c, prim, path, depth + 1, rowAt)) {
      skip(c);
      continue;
    }
    if (acceptWord(c, "variantSet")) variantSet(c, prim, path, depth, rowAt);
    else if (!acceptReorder(c, prim)) property(c, prim, path, rowAt);
    endStatement(c, "}");
  }
  c.at++;
}

function acceptReorder(c: Cursor, prim: PrimDraft): boolean {
  const at = c.at;
  if (!acceptWord(c, "reorder")) return false;
  const order = acceptOrder(c);
  if (order === undefined || peek(c) !== "=") {
    c.at = at;
    return false;
  }
  c.at++;
  const names = items(c, quoted);
  if (order === "properties") prim.propertyOrder = names;
  else prim.childOrder = names;
  return true;
}

function variantSet(c: Cursor, prim: PrimDraft, path: string, depth: number, rowAt: RowAt): void {
  const at = c.at;
  const set = quoted(c);
  if (!IDENTIFIER.test(set)) throw syntaxError(c, `"${set}" is no name of a variant set`, at);
  expect(c, "=");
  expect(c, "{");
  const variants = prim.variantSets.get(set) ?? new Map<string, PrimDraft>();
  prim.variantSets.set(set, variants);
  while (peek(c) !== "}") {
    const nameAt = c.at;
    const name = quoted(c);
    if (!VARIANT.test(name)) throw syntaxError(c, `"${name}" is no name of a variant`, nameAt);
    if (depth > LIMITS.primDepth) throw syntaxError(c, "variants are nested too deeply");
    const variant = variants.get(name) ?? draftPrim(name, "over", "");
    variant.row = rowAt(nameAt);
    variants.set(name, variant);
    primMetadata(c, variant, path);
    primBlock(c, variant, path, depth + 1, rowAt);
  }
  c.at++;
}

/** Everything after the head of a layer. */
export function rootPrims(c: Cursor, root: PrimDraft, rowAt: RowAt): void {
  while (peek(c) !== "" || c.at < c.text.length) {
    if (acceptPrim(c, root, "/", 1, rowAt)) {
      endStatement(c, "");
      continue;
    }
    if (!acceptReorder(c, root)) throw syntaxError(c, "def, over or class expected");
    endStatement(c, "");
  }
}
