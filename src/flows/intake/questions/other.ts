import { type Asked, ask, type Context, said } from "./ask.js";

export function askView({ slots }: Context): Asked {
  return ask("Q-VIEW", `${said(slots)}: to look at, or to keep?`, [
    ["a preview grid of some samples", ["preview"], { view: "preview" }],
    ["an archive of everything, with logs", ["archive"], { view: "archive" }],
  ]);
}

export function askSetup({ slots }: Context): Asked {
  return ask("Q-SETUP", `${said(slots)}: what shall be set up?`, [
    ["pcb", ["setup pcb"], { setupCase: "pcb" }],
    ["metal", ["setup metal"], { setupCase: "metal" }],
    ["glass", ["setup glass"], { setupCase: "glass" }],
    ["the pretrained models", ["setup pretrained"], { setupCase: "pretrained" }],
  ]);
}
