import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { escapeHtml, html, trusted } from "./html.js";

describe("html", () => {
  test("escapes text, keeps nested markup, drops what is not there", () => {
    const inner = html`<b>${"a & b"}</b>`;
    expect(html`<p title="${'"x"'}">${inner}${[1, "<2>"]}${null}${false}${undefined}</p>`.markup).toBe(
      '<p title="&quot;x&quot;"><b>a &amp; b</b>1&lt;2&gt;</p>',
    );
  });

  test("an object that looks like markup but came as text stays text", () => {
    expect(html`${JSON.stringify(trusted("<script>"))}`.markup).not.toContain("<script>");
  });

  test("no text can open a tag or leave an attribute", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(escapeHtml(text)).not.toMatch(/[<>"']/);
      }),
    );
  });

  test("control characters, which HTML forbids, become a visible mark", () => {
    expect(escapeHtml("a\u0000b\u001fc\td")).toBe("a\ufffdb\ufffdc\td");
  });
});
