import { diagnose, type Workspace } from "../../dataset/index.js";
import type { Emit, Problem } from "../../kit/index.js";
import { parseClaim } from "../../metric/index.js";

/**
 * What `reflow doctor` says of the workspace, one problem per kind of finding with its first place. Images are
 * decoded, because leaks are found by content.
 */
export async function inspectData(
  workspace: Workspace,
  claim: string | null,
  o: { emit: Emit; workers: number; signal?: AbortSignal },
): Promise<Problem[]> {
  const { findings } = await diagnose(workspace, {
    ...(claim === null ? {} : { claim: parseClaim(claim) }),
    workers: o.workers,
    emit: o.emit,
    ...(o.signal ? { signal: o.signal } : {}),
  });
  return findings.map((f) => {
    const example = f.examples[0];
    return {
      code: f.code,
      severity: f.severity,
      message:
        f.count > 1
          ? `${f.title} (${f.count} times; first: ${example?.message})`
          : (example?.message ?? f.title),
      hint: f.fix,
      ...(example?.where ? { where: example.where } : {}),
    };
  });
}
