import type { AttributeDraft, PrimDraft, RelationshipDraft } from "../layer.js";
import { modernTypeName, type ValueType, valueType } from "../types.js";
import { BLOCKED, type TimeSamples, type Value } from "../values.js";
import { accept, acceptWord, type Cursor, endItem, expect, peek, syntaxError, word } from "./cursor.js";
import { absoluteLiteral, numberLiteral } from "./literals.js";
import { propertyMetadata } from "./metadata.js";
import type { RowAt } from "./prims.js";
import { typedValue } from "./typed.js";
import { acceptEdit, edited, items, type ListEdit, untypedValue } from "./untyped.js";

/** `varies`: the statement says whether the property is uniform. */
type Qualifiers = { custom: boolean; uniform: boolean; varies: boolean };

/** `[custom] [uniform] type name[.connect | .timeSamples] [= value] [( … )]` or a `rel`. */
export function property(c: Cursor, prim: PrimDraft, path: string, rowAt: RowAt): void {
  const at = c.at;
  const edit = acceptEdit(c) ?? "explicit";
  const qualifiers: Qualifiers = { custom: acceptWord(c, "custom"), uniform: false, varies: false };
  if (acceptWord(c, "uniform") || acceptWord(c, "config")) qualifiers.uniform = qualifiers.varies = true;
  else qualifiers.varies = acceptWord(c, "varying");
  const row = rowAt(at);
  if (acceptWord(c, "rel")) relationship(c, prim, path, edit, qualifiers, row);
  else attribute(c, prim, path, edit, qualifiers, row);
}

function relationship(
  c: Cursor,
  prim: PrimDraft,
  path: string,
  edit: ListEdit,
  qualifiers: Qualifiers,
  row: number,
): void {
  const at = c.at;
  const name = word(c, "name of a relationship");
  const before = prim.properties.get(name);
  if (before?.kind === "attribute") throw syntaxError(c, `"${name}" is already an attribute`, at);
  const rel: RelationshipDraft = before ?? {
    kind: "relationship",
    name,
    custom: false,
    uniform: true,
    metadata: new Map(),
    row,
  };
  rel.custom ||= qualifiers.custom;
  prim.properties.set(name, rel);
  if (accept(c, "[")) {
    // A target of its own with nothing to say: kept by no reader.
    target(c, path);
    expect(c, "]");
    return;
  }
  if (accept(c, ".")) {
    const field = word(c);
    expect(c, "=");
    if (field === "default") target(c, path);
    else if (field === "timeSamples") timeSamples(c, undefined);
    else throw syntaxError(c, `"${field}" is no field of a relationship`);
    return;
  }
  if (accept(c, "="))
    rel.targets = edited(
      rel.targets,
      edit,
      unique(
        c,
        items(c, (c2) => target(c2, path), edit),
      ),
    );
  else if (edit !== "explicit") throw syntaxError(c, '"=" expected');
  if (edit === "explicit") propertyMetadata(c, rel.metadata);
}

function unique(c: Cursor, paths: readonly string[]): readonly string[] {
  if (new Set(paths).size < paths.length) throw syntaxError(c, "the same path stands twice in a list");
  return paths;
}

function target(c: Cursor, path: string): string {
  const at = c.at;
  const found = absoluteLiteral(c, path);
  if (found === "" || found.includes("{")) throw syntaxError(c, "path of a prim or property expected", at);
  return found;
}

function attribute(
  c: Cursor,
  prim: PrimDraft,
  path: string,
  edit: ListEdit,
  qualifiers: Qualifiers,
  row: number,
): void {
  let typeName = word(c, "type of an attribute");
  if (accept(c, "[")) {
    expect(c, "]");
    typeName += "[]";
  }
  typeName = modernTypeName(typeName);
  const at = c.at;
  const name = word(c, "name of an attribute");
  const before = prim.properties.get(name);
  if (before?.kind === "relationship") throw syntaxError(c, `"${name}" is already a relationship`, at);
  if (before && before.typeName !== typeName)
    throw syntaxError(c, `"${name}" is already of the type ${before.typeName}`, at);
  if (before && qualifiers.varies && before.uniform !== qualifiers.uniform)
    throw syntaxError(c, `"${name}" is uniform in one place and varying in another`, at);
  const attr: AttributeDraft = before ?? {
    kind: "attribute",
    name,
    typeName,
    custom: false,
    uniform: qualifiers.uniform,
    metadata: new Map(),
    row,
  };
  attr.custom ||= qualifiers.custom;
  prim.properties.set(name, attr);
  const type = valueType(typeName);
  if (accept(c, ".")) {
    const field = word(c);
    expect(c, "=");
    if (field === "connect")
      attr.connections = edited(
        attr.connections,
        edit,
        unique(
          c,
          items(c, (c2) => target(c2, path), edit),
        ),
      );
    else if (field === "timeSamples") attr.timeSamples = timeSamples(c, type);
    else if (field === "spline") skipBlock(c);
    else throw syntaxError(c, `"${field}" is no field of an attribute`);
    if (field === "connect" && peek(c) === "{") skipBlock(c);
    propertyMetadata(c, attr.metadata);
    return;
  }
  if (edit !== "explicit") throw syntaxError(c, "only connections can be edited");
  if (accept(c, "=")) attr.value = valueOrNone(c, type);
  propertyMetadata(c, attr.metadata);
}

function valueOrNone(c: Cursor, type: ValueType | undefined): Value {
  if (acceptWord(c, "None")) return BLOCKED;
  // A plug-in's type: what it holds is read by the look of it.
  return type ? typedValue(c, type) : untypedValue(c);
}

function timeSamples(c: Cursor, type: ValueType | undefined): TimeSamples {
  const pairs: [number, Value][] = [];
  expect(c, "{");
  while (peek(c) !== "}") {
    const time = numberLiteral(c);
    expect(c, ":");
    pairs.push([time, peek(c) === "<" ? untypedValue(c) : valueOrNone(c, type)]);
    endItem(c, "}");
  }
  c.at++;
  pairs.sort((a, b) => a[0] - b[0]);
  return { times: pairs.map(([time]) => time), at: (index) => pairs[index][1] };
}

/** Steps over `{ … }` of a feature that is not read (splines, old connection mappers). */
function skipBlock(c: Cursor): void {
  expect(c, "{");
  for (let depth = 1; depth > 0; c.at++) {
    const next = peek(c);
    if (next === "") throw syntaxError(c, '"}" expected');
    if (next === "{") depth++;
    else if (next === "}") depth--;
  }
}
