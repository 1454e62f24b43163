import {
  type LayerOffset,
  NO_OFFSET,
  type PrimDraft,
  type Reference,
  type Relocate,
  type SubLayer,
} from "../layer.js";
import { absolutePath, propertyOf } from "../paths.js";
import { BLOCKED, type Dictionary, isDictionary, isListOp, type Value } from "../values.js";
import {
  accept,
  acceptWord,
  type Cursor,
  endItem,
  endStatement,
  expect,
  peek,
  syntaxError,
  word,
} from "./cursor.js";
import { absoluteLiteral, assetLiteral, numberLiteral, pathLiteral, quoted } from "./literals.js";
import {
  acceptEdit,
  dictionary,
  edited,
  items,
  type ListEdit,
  stringDictionary,
  untypedValue,
} from "./untyped.js";

/** Reads one statement of its own; false: the key is an ordinary one. */
type Special = (c: Cursor, key: string, edit: ListEdit, at: number) => boolean;

/** `( … )` after a prim or property, or at the head of a layer. Reads nothing when there is none. */
export function metadataBlock(c: Cursor, into: Map<string, Value>, special: Special): void {
  if (!accept(c, "(")) return;
  while (peek(c) !== ")") {
    const at = c.at;
    const next = c.text.charAt(c.at);
    if (next === '"' || next === "'") into.set("comment", quoted(c));
    else {
      const edit = acceptEdit(c) ?? "explicit";
      const key = word(c, "metadata name");
      expect(c, "=");
      if (!special(c, key, edit, at)) ordinary(c, key, edit, into);
    }
    endStatement(c, ")");
  }
  c.at++;
}

/** Keys whose value is a list-op even where no edit is named. */
const LIST_KEYS: ReadonlySet<string> = new Set(["apiSchemas", "clipSets", "inactiveIds"]);
const PERMISSIONS: Readonly<Record<string, string>> = { private: "private", public: "public" };

function ordinary(c: Cursor, key: string, edit: ListEdit, into: Map<string, Value>): void {
  if (edit !== "explicit" || LIST_KEYS.has(key)) {
    const before = into.get(key);
    const listed = items(c, listItem, edit);
    into.set(key, { listOp: edited(isListOp(before) ? before.listOp : undefined, edit, listed) });
    return;
  }
  const at = c.at;
  if (key === "doc") into.set("documentation", quoted(c));
  else if (key === "permission") {
    const value = PERMISSIONS[word(c)];
    if (!value) throw syntaxError(c, "permission is public or private", at);
    into.set(key, value);
  } else if (key === "symmetryFunction" && lineEnds(c)) into.set(key, "");
  else if (key === "prefixSubstitutions" || key === "suffixSubstitutions") into.set(key, stringDictionary(c));
  else into.set(key, checked(c, key, at, untypedValue(c)));
}

function lineEnds(c: Cursor): boolean {
  const next = peek(c);
  return c.line || next === ")" || next === ";";
}

function listItem(c: Cursor): string | number {
  const value = untypedValue(c);
  if (typeof value === "string" || typeof value === "number") return value;
  throw syntaxError(c, "string or number expected");
}

const SHAPE: Readonly<Record<string, (value: Value) => boolean>> = {
  active: isFlag,
  hidden: isFlag,
  instanceable: isFlag,
  noLoadHint: isFlag,
  kind: (value) => typeof value === "string",
  defaultPrim: (value) => typeof value === "string",
  upAxis: (value) => typeof value === "string",
  interpolation: (value) => typeof value === "string",
  colorSpace: (value) => typeof value === "string",
  displayName: (value) => typeof value === "string",
  displayGroup: (value) => typeof value === "string",
  metersPerUnit: (value) => typeof value === "number",
  timeCodesPerSecond: (value) => typeof value === "number",
  framesPerSecond: (value) => typeof value === "number",
  customData: isDictionary,
  assetInfo: isDictionary,
  customLayerData: isDictionary,
  expressionVariables: isDictionary,
};

function isFlag(value: Value): boolean {
  return typeof value === "boolean" || value === 0 || value === 1;
}

/** The keys that we act on must have the right kind of value; the rest is kept as it is. */
function checked(c: Cursor, key: string, at: number, value: Value): Value {
  const shape = Object.hasOwn(SHAPE, key) ? SHAPE[key] : undefined;
  if (value === BLOCKED || !shape) return value;
  if (!shape(value)) throw syntaxError(c, `wrong kind of value for ${key}`, at);
  return shape === isFlag ? Boolean(value) : value;
}

/** The composition arcs and variants of a prim's metadata. `anchor` is its path without variants. */
export function primMetadata(c: Cursor, prim: PrimDraft, anchor: string): void {
  metadataBlock(c, prim.metadata, (at, key, edit) => {
    switch (key) {
      case "references":
        prim.references = edited(
          prim.references,
          edit,
          items(at, (c2) => reference(c2, anchor), edit),
        );
        return true;
      case "payload":
        prim.payloads = edited(
          prim.payloads,
          edit,
          items(at, (c2) => reference(c2, anchor), edit),
        );
        return true;
      case "inherits":
        prim.inherits = edited(
          prim.inherits,
          edit,
          items(at, (c2) => primLiteral(c2, anchor), edit),
        );
        return true;
      case "specializes":
        prim.specializes = edited(
          prim.specializes,
          edit,
          items(at, (c2) => primLiteral(c2, anchor), edit),
        );
        return true;
      case "variantSets":
        prim.variantSetNames = edited(prim.variantSetNames, edit, items(at, quoted, edit));
        return true;
      case "variants":
        prim.variantSelections = selections(at, dictionary(at));
        return true;
      case "relocates":
        prim.relocates = relocates(at, anchor);
        return true;
      default:
        return false;
    }
  });
}

function selections(c: Cursor, chosen: Dictionary): ReadonlyMap<string, string> {
  const into = new Map<string, string>();
  for (const [set, selection] of chosen) {
    if (typeof selection !== "string") throw syntaxError(c, `the selection of "${set}" is no string`);
    if (!/^(?:\.?[\p{XID_Continue}|-]*|`.*`)$/su.test(selection))
      throw syntaxError(c, `"${selection}" is no name of a variant`);
    into.set(set, selection);
  }
  return into;
}

/** A path of a prim. One with a variant selection is wrong too, but only composition says so. */
function primLiteral(c: Cursor, anchor: string): string {
  const at = c.at;
  const path = absoluteLiteral(c, anchor);
  if (path === "" || path === "/" || propertyOf(path) !== "")
    throw syntaxError(c, "path of a prim expected", at);
  return path;
}

function reference(c: Cursor, anchor: string): Reference {
  const asset = peek(c) === "@" ? assetLiteral(c) : "";
  const at = c.at;
  let path = "";
  if (asset === "" || peek(c) === "<") path = absolutePath(pathLiteral(c), anchor);
  if (propertyOf(path) !== "") throw syntaxError(c, "path of a prim expected", at);
  return { asset, path, offset: layerOffset(c) };
}

/** `(offset = 10; scale = 2)`. */
function layerOffset(c: Cursor): LayerOffset {
  if (!accept(c, "(")) return NO_OFFSET;
  let { offset, scale } = NO_OFFSET;
  while (peek(c) !== ")") {
    const at = c.at;
    const key = word(c);
    expect(c, "=");
    if (key === "offset") offset = numberLiteral(c);
    else if (key === "scale") scale = numberLiteral(c);
    else if (key === "customData") dictionary(c);
    else throw syntaxError(c, "offset, scale or customData expected", at);
    endStatement(c, ")");
  }
  c.at++;
  return { offset, scale };
}

function relocates(c: Cursor, anchor: string): readonly Relocate[] {
  const into: Relocate[] = [];
  expect(c, "{");
  while (peek(c) !== "}") {
    const source = primLiteral(c, anchor);
    expect(c, ":");
    const at = c.at;
    const target = absoluteLiteral(c, anchor);
    if (propertyOf(target) !== "") throw syntaxError(c, "path of a prim expected", at);
    into.push({ source, target });
    endItem(c, "}");
  }
  c.at++;
  return into;
}

/** The head of a layer. */
export function layerMetadata(c: Cursor, root: PrimDraft, subLayers: SubLayer[]): void {
  metadataBlock(c, root.metadata, (at, key) => {
    if (key === "subLayers") {
      subLayers.push(...items(at, (c2) => ({ asset: assetLiteral(c2), offset: layerOffset(c2) })));
      return true;
    }
    if (key === "relocates") {
      root.relocates = relocates(at, "/");
      return true;
    }
    return false;
  });
}

export function propertyMetadata(c: Cursor, into: Map<string, Value>): void {
  metadataBlock(c, into, () => false);
}

/** True when the statement is an edit of the order of children or properties. */
export function acceptOrder(c: Cursor): "children" | "properties" | "roots" | undefined {
  if (acceptWord(c, "nameChildren")) return "children";
  if (acceptWord(c, "properties")) return "properties";
  if (acceptWord(c, "rootPrims")) return "roots";
  return undefined;
}
