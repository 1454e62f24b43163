import { CODES, type Diagnosis } from "../dataset/index.js";
import { formatPlace } from "../kit/errors.js";

/**
 * The diagnosis as JUnit XML: one test case for every known code, so that a build server shows what was checked.
 * Errors fail; warnings and notes pass with their text as output.
 */
export function doctorJunit(d: Diagnosis): string {
  const failed = new Set(d.findings.filter((f) => f.severity === "error").map((f) => f.code));
  const codes = [...new Set([...Object.keys(CODES), ...d.findings.map((f) => f.code)])];
  const cases = codes.map((code) => {
    const findings = d.findings.filter((f) => f.code === code);
    const open = `    <testcase classname="reflow.doctor" name="${xml(code)}"`;
    if (findings.length === 0) return `${open}/>`;
    const body = findings.map((f) => {
      const text = f.examples.map((e) => `${formatPlace(e.where)} ${e.message}`.trim()).join("\n");
      const shown = `${f.count} × ${f.title}\n${f.fix}\n${text}`;
      return f.severity === "error"
        ? `      <failure type="${xml(code)}" message="${xml(`${f.count} × ${f.title}`)}">${xml(shown)}</failure>`
        : `      <system-out>${xml(`${f.severity}: ${shown}`)}</system-out>`;
    });
    return `${open}>\n${body.join("\n")}\n    </testcase>`;
  });
  const totals = `tests="${codes.length}" failures="${failed.size}" errors="0" skipped="0"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${totals}>`,
    `  <testsuite name="${xml(d.workspace)}" ${totals}>`,
    ...cases,
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function xml(text: string): string {
  return (
    text
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      .replaceAll('"', "&quot;")
      // Control characters are not allowed in XML 1.0, not even escaped.
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
      .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, "\ufffd")
  );
}
