/** What a file of a fabrication folder is. */
export type Role =
  | "copper_top"
  | "copper_inner"
  | "copper_bottom"
  | "mask_top"
  | "mask_bottom"
  | "silk_top"
  | "silk_bottom"
  | "paste_top"
  | "paste_bottom"
  | "outline"
  | "drill_plated"
  | "drill_unplated"
  | "drill"
  | "job"
  | "placement"
  | "bom"
  | "ignored";

/** By X2 `FileFunction`: `Copper,L1,Top`, `Soldermask,Top`, `Profile,NP`, `NonPlated,1,2,NPTH,Drill`, …. */
export function roleByFunction(written: string): Role | undefined {
  const [kind = "", ...rest] = written.split(",").map((w) => w.trim().toLowerCase());
  const side = rest.includes("top")
    ? "top"
    : rest.includes("bot") || rest.includes("bottom")
      ? "bottom"
      : undefined;
  switch (kind) {
    case "copper":
      return side === "top" ? "copper_top" : side === "bottom" ? "copper_bottom" : "copper_inner";
    case "soldermask":
      return side && `mask_${side}`;
    case "legend":
      return side && `silk_${side}`;
    case "paste":
      return side && `paste_${side}`;
    case "profile":
      return "outline";
    case "plated":
      return "drill_plated";
    case "nonplated":
      return "drill_unplated";
    case "mixedplating":
      return "drill";
    default:
      return kind === "" ? undefined : "ignored";
  }
}

/** Endings that say it all: Protel and Altium, Eagle, KiCad and EasyEDA with Protel endings. */
const ENDINGS: Readonly<Record<string, Role>> = {
  gtl: "copper_top",
  gbl: "copper_bottom",
  gts: "mask_top",
  gbs: "mask_bottom",
  gto: "silk_top",
  gbo: "silk_bottom",
  gtp: "paste_top",
  gbp: "paste_bottom",
  gko: "outline",
  gm1: "outline",
  gml: "outline",
  gm: "outline",
  oln: "outline",
  dim: "outline",
  cmp: "copper_top",
  sol: "copper_bottom",
  stc: "mask_top",
  sts: "mask_bottom",
  plc: "silk_top",
  pls: "silk_bottom",
  crc: "paste_top",
  crs: "paste_bottom",
  drd: "drill",
  drl: "drill",
  xln: "drill",
  exc: "drill",
  ncd: "drill",
  tap: "drill",
};

/** Parts of names, tried in this order: what is no layer of ours first. */
const NAMES: readonly (readonly [RegExp, Role])[] = [
  [
    /drl_?map|drill_?(map|drawing|guide|legend)|fabrication|readme|(^|[-_. ])(fab|assembly|assy|courtyard|crtyd|adhes|adhesive|glue)([-_. ]|$)|[fb][_.]fab|dwgs|cmts|eco[12]|margin|v[-_]?score|v[-_]?cut|keep_?out|document/,
    "ignored",
  ],
  [/(non?-?plated|npth|unplated)/, "drill_unplated"],
  [/(^|[^n])pth|plated|via.*\.(drl|xln|txt)$/, "drill_plated"],
  [
    /edge[-_. ]?cuts?|outline|profile|contour|dimension|board[-_ ]?(edge|shape|border)|(^|[-_. ])edge([-_. ]|$)|mechanical[-_ ]?1/,
    "outline",
  ],
  [
    /(top|front|(^|[-_. ])f)[-_. ]?(side)?[-_. ]?(solder)?[-_. ]?(paste|stencil|cream)|(paste|stencil|cream)(mask)?[-_. ]?(top|front|f([-_. ]|$))/,
    "paste_top",
  ],
  [
    /(bot(tom)?|back|(^|[-_. ])b)[-_. ]?(side)?[-_. ]?(solder)?[-_. ]?(paste|stencil|cream)|(paste|stencil|cream)(mask)?[-_. ]?(bot(tom)?|back|b([-_. ]|$))/,
    "paste_bottom",
  ],
  [
    /(top|front|(^|[-_. ])f)[-_. ]?(side)?[-_. ]?(solder)?[-_. ]?(mask|resist|stop)|(solder)?(mask|resist|stop)[-_. ]?(top|front|f([-_. ]|$))/,
    "mask_top",
  ],
  [
    /(bot(tom)?|back|(^|[-_. ])b)[-_. ]?(side)?[-_. ]?(solder)?[-_. ]?(mask|resist|stop)|(solder)?(mask|resist|stop)[-_. ]?(bot(tom)?|back|b([-_. ]|$))/,
    "mask_bottom",
  ],
  [
    /(top|front|(^|[-_. ])f)[-_. ]?(side)?[-_. ]?(silk|legend|overlay|ident|screen)|(silk|legend|overlay|ident)(screen|s)?[-_. ]?(top|front|f([-_. ]|$))/,
    "silk_top",
  ],
  [
    /(bot(tom)?|back|(^|[-_. ])b)[-_. ]?(side)?[-_. ]?(silk|legend|overlay|ident|screen)|(silk|legend|overlay|ident)(screen|s)?[-_. ]?(bot(tom)?|back|b([-_. ]|$))/,
    "silk_bottom",
  ],
  [
    /(^|[-_. ])in(ner)?[-_. ]?\d|inner|(^|[-_. ])(gnd|power|pwr|vcc)[-_. ]?(plane)?\.|layer[-_ ]?[2-9]|\.g[1-9]\d?l?$|\.gl[2-9]$|\.gp\d$/,
    "copper_inner",
  ],
  [
    /(top|front|(^|[-_. ])f)[-_. ]?(side)?[-_. ]?(cu|copper|layer|conductor|sig|metal|trace)|(cu|copper|layer)[-_. ]?(top|front|f([-_. ]|$))|^(top|front)\.\w+$|[-_. ]top\.(art|gbr|ger|pho)$/,
    "copper_top",
  ],
  [
    /(bot(tom)?|back|(^|[-_. ])b)[-_. ]?(side)?[-_. ]?(cu|copper|layer|conductor|sig|metal|trace)|(cu|copper|layer)[-_. ]?(bot(tom)?|back|b([-_. ]|$))|^(bot(tom)?|back)\.\w+$|[-_. ]bot(tom)?\.(art|gbr|ger|pho)$/,
    "copper_bottom",
  ],
  [/drill|\.nc$/, "drill"],
];

/** Endings that no part of a name can overrule. */
const FIRM = new Set([
  "gtl",
  "gbl",
  "gts",
  "gbs",
  "gto",
  "gbo",
  "gtp",
  "gbp",
  "gko",
  "cmp",
  "sol",
  "stc",
  "sts",
  "plc",
  "pls",
]);
const DRILL_ENDINGS = new Set(["drl", "xln", "exc", "ncd", "tap", "drd", "txt", "nc"]);

/** By the conventions of KiCad, Altium, Eagle, EasyEDA/JLCPCB and others. Undefined: the name says nothing. */
export function roleByName(file: string): Role | undefined {
  const name = (file.split(/[\\/]/).pop() ?? file).toLowerCase();
  const ending = /\.(\w+)$/.exec(name)?.[1] ?? "";
  if (FIRM.has(ending)) return ENDINGS[ending];
  const drill = DRILL_ENDINGS.has(ending);
  for (const [pattern, role] of NAMES) {
    if (!pattern.test(name)) continue;
    // "top_via.drl" is a drill file, "drill_map.gbr" was caught above, "layer-npth.gbr" holds holes drawn as Gerber.
    if (drill && !role.startsWith("drill") && role !== "ignored") continue;
    return role;
  }
  return ENDINGS[ending];
}

/** What the first characters of a file look like. */
export function contentKind(text: string): "gerber" | "drill" | "table" | "other" {
  const head = text.slice(0, 20_000);
  if (/%\s*(FS[LTD]?[AI]?X\d|MO(MM|IN)|ADD\d|TF\.)/.test(head) || /^\s*G0?4 /.test(head)) return "gerber";
  if (
    /^\s*M48\s*$/m.test(head) ||
    (/^T0?\d+(C[\d.]+|\s*$)/m.test(head) && /^X[\d.+-]+Y[\d.+-]+\s*$/m.test(head))
  )
    return "drill";
  return /[,;\t]|\s{2,}/.test(head) && !head.includes("\0") ? "table" : "other";
}
