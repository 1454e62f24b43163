// Writes what composition finds for every prim of a stage in the form of OpenUSD's own test driver for its museum of
// composition cases, so that the two can be compared as text.
import path from "node:path";
import { composePrim } from "../../../dist/scene/usd/compose/compose.js";
import { layerStacks } from "../../../dist/scene/usd/compose/layer-stack.js";
import { toTarget } from "../../../dist/scene/usd/compose/map-function.js";
import { childNames, propertyNamesOf } from "../../../dist/scene/usd/compose/names.js";
import { ARC, contributes, pathAtIntroduction, strongest } from "../../../dist/scene/usd/compose/node.js";
import { layerStore } from "../../../dist/scene/usd/layers.js";
import { applyListOp } from "../../../dist/scene/usd/list-op.js";
import { childPath, hasPrefix, stripVariants, variantSelection } from "../../../dist/scene/usd/paths.js";

const LINE = "-".repeat(72);
const ARC_LABELS = Object.fromEntries(Object.entries(ARC).map(([name, value]) => [value, name]));

/** @returns {{ text: string, errors: { at: string, count: number, codes: string[] }[] }} */
export function dump({ root, session, payloads, fallbacks, searchRoot, loading }) {
  const out = [];
  const print = (line = "") => out.push(line);
  const problems = [];
  const report = (code, at, message) => problems.push({ code, at, message });
  const layers = layerStore(searchRoot);
  const stackOf = layerStacks(layers, report);
  const rootStack = stackOf(root, session);
  const label = (layer) => path.relative(path.dirname(root), layer.file);
  const open = new Map();
  const composer = {
    layers,
    rootStack,
    stackOf,
    report,
    fallbacks: new Map(Object.entries(fallbacks)),
    wantsPayload: (at) => payloads.test(at),
    finished: (at) => open.get(at) ?? compose(at),
  };
  const compose = (at) => {
    const graph = composePrim(composer, at);
    open.set(at, graph);
    return graph;
  };
  const errors = [];
  const flush = (at) => {
    const seen = new Set();
    const own = [...layers.problems.splice(0), ...problems.splice(0)].filter((p) => {
      const key = `${p.code} ${p.message}`;
      return !seen.has(key) && seen.add(key);
    });
    if (own.length > 0) errors.push({ at, count: own.length, codes: own.map((p) => p.code), own });
  };

  if (session) print(`Loading session @${loading.session}@\n`);
  print(`Loading @${loading.root}@\n`);
  print(LINE);
  print("Layer Stack:");
  for (const { layer } of rootStack.layers) print(`     ${label(layer)}`);
  print();
  flush("");
  const rootNames = childNames(compose("/"));
  let prims = rootNames.names.map((name) => `/${name}`);
  while (prims.length > 0) {
    const [at, ...rest] = prims;
    const graph = compose(at);
    print(LINE);
    print(`Results for composing <${at}>`);
    const nodes = [...strongest(graph.root)];
    const { names, prohibited } = childNames(graph);
    const properties = propertyNamesOf(graph);
    prims = [...names.filter((n) => !prohibited.has(n)).map((n) => childPath(at, n)), ...rest];
    section(at, nodes, names, prohibited, properties);
    flush(at);
    print();
  }
  return { text: `${out.join("\n")}\n`, errors };

  function section(at, nodes, names, prohibited, properties) {
    const speaking = nodes.filter(contributes);
    print("\nPrim Stack:");
    for (const node of speaking)
      for (const { layer } of node.stack.specsAt(node.path))
        print(`    ${pad(label(layer), 20)} ${node.path}`);
    offsets(nodes);
    const chosen = new Map();
    for (const node of nodes) {
      const variant = variantSelection(node.path);
      if (variant && !chosen.has(variant.set)) chosen.set(variant.set, variant.selection);
    }
    if (chosen.size > 0) {
      print("\nVariant Selections:");
      for (const set of [...chosen.keys()].sort()) print(`    {${set} = ${chosen.get(set)}}`);
    }
    if (names.length > 0) print(`\nChild names:\n     ${python(names)}`);
    if (prohibited.size > 0) print(`\nProhibited child names:\n     ${python([...prohibited].sort())}`);
    if (properties.length > 0) print(`\nProperty names:\n     ${python(properties)}`);
    const stacks = [...properties].sort().map((name) => [name, propertyStack(speaking, name, at)]);
    if (stacks.some(([, stack]) => stack.length > 0)) {
      print("\nProperty stacks:");
      for (const [name, stack] of stacks) {
        if (stack.length === 0) continue;
        print(`${at}.${name}:`);
        for (const s of stack) print(`    ${pad(label(s.layer), 20)} ${s.node.path}.${name}`);
      }
    }
    const gone = new Map();
    const lists = { relationship: [], attribute: [] };
    for (const [name, stack] of stacks) {
      if (stack.length === 0) continue;
      const { list, deleted } = targets(stack, `${at}.${name}`);
      if (list.length > 0) lists[stack[0].spec.kind].push([name, list]);
      if (deleted.length > 0) gone.set(name, deleted);
    }
    printTargets("Relationship targets", at, lists.relationship);
    printTargets("Attribute connections", at, lists.attribute);
    printTargets("Deleted target paths", at, [...gone]);
  }

  function printTargets(title, at, list) {
    if (list.length === 0) return;
    print(`\n${title}:`);
    for (const [name, paths] of list) {
      print(`${at}.${name}:`);
      for (const p of paths) print(`    ${p}`);
    }
  }

  function propertyStack(nodes, name, at) {
    const stack = [];
    for (const node of nodes)
      for (const { layer, spec } of node.stack.specsAt(node.path)) {
        const property = spec.properties.get(name);
        if (!property) continue;
        if (stack.length > 0 && stack[0].spec.kind !== property.kind) {
          report("kind", at, `${layer.file} ${node.path}.${name} is no ${stack[0].spec.kind}`);
          continue;
        }
        stack.push({ node, layer, spec: property });
      }
    return stack;
  }

  function targets(stack, at) {
    let list = [];
    let deleted = [];
    let wrong = [];
    for (const { node, spec } of stack.toReversed()) {
      const op = spec.kind === "attribute" ? spec.connections : spec.targets;
      if (!op) continue;
      if (op.explicit) {
        deleted = [];
        wrong = [];
      }
      const mapped = {};
      for (const [edit, paths] of Object.entries(op))
        mapped[edit] = paths.flatMap((p) => {
          const to = translated(node, p);
          if (edit === "deleted") {
            if (to) {
              deleted.push(to);
              wrong = wrong.filter((w) => w.to !== to);
            }
            return to ? [to] : [];
          }
          if (!to) wrong.push({ p, to: "", why: "outside" });
          else if (targetsHeir(node, p, to)) wrong.push({ p, to, why: "heir" });
          else return [to];
          return [];
        });
      list = applyListOp(list, mapped);
    }
    for (const { p, why } of wrong) report("target", at, `${why} ${p}`);
    return { list, deleted };
  }

  /** A class may not point at one of its own heirs. */
  function targetsHeir(node, p, to) {
    if (node.arc !== ARC.inherit) return false;
    const cls = pathAtIntroduction(node);
    if (hasPrefix(p, cls)) return false;
    const prim = to.split(".")[0];
    const ancestors = [];
    for (let a = prim; a !== "" && a !== "/"; a = a.slice(0, a.lastIndexOf("/"))) ancestors.unshift(a);
    const saved = problems.length;
    let graph;
    for (const a of ["/", ...ancestors]) graph = open.get(a) ?? compose(a);
    problems.length = saved;
    return [...strongest(graph.root)].some(
      (n) => n.arc === ARC.inherit && n.stack === node.stack && hasPrefix(n.path, cls),
    );
  }

  function translated(node, p) {
    const bare = stripVariants(p);
    const bracket = bare.indexOf("[");
    if (bracket < 0) return toTarget(node.mapToRoot, bare);
    const inner = toTarget(node.mapToRoot, bare.slice(bracket + 1, bare.indexOf("]")));
    const outer = toTarget(node.mapToRoot, bare.slice(0, bracket));
    return inner && outer ? `${outer}[${inner}]${bare.slice(bare.indexOf("]") + 1)}` : "";
  }

  function offsets(nodes) {
    const plain = ({ offset, scale }) => offset === 0 && scale === 1;
    const any = nodes.some(
      (n) => !plain(n.mapToParent.offset) || n.stack.layers.some(({ offset }) => !plain(offset)),
    );
    if (!any) return;
    const numbers = ({ offset, scale }) => `(offset=${offset.toFixed(2)}, scale=${scale.toFixed(2)})`;
    print("\nTime Offsets:");
    for (const node of nodes) {
      print(
        `    ${pad(label(node.stack.layers[0].layer), 20)} ${pad(node.path, 15)} ${pad(ARC_LABELS[node.arc], 10)} ${numbers(node.mapToRoot.offset)}`,
      );
      for (const { layer, offset } of node.stack.layers)
        if (!plain(offset))
          print(`        ${pad(label(layer), 32)} ${pad("sublayer", 10)} ${numbers(offset)}`);
    }
  }
}

const pad = (text, width) => text.padEnd(width);
const python = (names) => `[${names.map((n) => `'${n}'`).join(", ")}]`;
