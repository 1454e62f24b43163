import { some, type Tree } from "./folder.js";

/** `finetune/results/anomaly_gen/<name>/<job>/` (dig 1.6): configuration, checkpoints and their validation. */
export async function checkFinetune(tree: Tree): Promise<Readonly<Record<string, number>>> {
  const base = "finetune/results/anomaly_gen";
  let checkpoints = 0;
  let jobs = 0;
  for (const name of await tree.folders(base))
    for (const job of await tree.folders(`${base}/${name}`)) {
      jobs++;
      const folder = `${base}/${name}/${job}`;
      if (!(await tree.files(folder)).includes("ag_config.yaml"))
        tree.error("tree_file_missing", `${folder} lacks ag_config.yaml`, "Run the flow again.", folder);
      const steps = (await tree.files(`${folder}/checkpoints/model`)).flatMap(
        (f) => /^iter_(\d{9})\.pt$/.exec(f)?.[1] ?? [],
      );
      checkpoints += steps.length;
      if (steps.length === 0)
        tree.error(
          "tree_stage_empty",
          `${folder}/checkpoints/model has no iter_<step>.pt`,
          "Run the flow again.",
          folder,
        );
      const valid = await tree.folders(`${folder}/valid`);
      const without: string[] = [];
      for (const step of valid)
        if (!(await tree.files(`${folder}/valid/${step}`)).includes("valid_kpi.csv")) without.push(step);
      if (without.length > 0)
        tree.error(
          "tree_file_missing",
          `${folder}/valid/${some(without)} lacks valid_kpi.csv`,
          "Run the flow again.",
          folder,
        );
      if (valid.length === 0)
        tree.warn(
          "tree_stage_missing",
          `${folder} has no valid/<step>/valid_kpi.csv`,
          "The last checkpoint will be used.",
          folder,
        );
    }
  if (jobs === 0) tree.error("tree_stage_empty", `${base} has no run`, "Run the flow again.", base);
  return { checkpoints };
}
