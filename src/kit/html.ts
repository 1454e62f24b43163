/** Markup that is already safe. Everything else that enters {@link html} is escaped. */
export type Html = Readonly<{ markup: string }>;

export type HtmlPart = Html | string | number | null | undefined | false | readonly HtmlPart[];

/**
 * Builds markup from a template: text and numbers are escaped, nested markup and lists are inserted, and
 * `null`, `undefined` and `false` leave nothing.
 *
 * @example html`<b>${"<untrusted>"}</b>`.markup // "<b>&lt;untrusted&gt;</b>"
 */
export function html(text: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  let markup = text[0] as string;
  parts.forEach((part, i) => {
    markup += render(part) + text[i + 1];
  });
  return { markup };
}

/** Escapes text for element content and for quoted attributes; control characters become a visible mark. */
export function escapeHtml(text: string): string {
  return (
    text
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      .replaceAll('"', "&quot;")
      .replaceAll("'", "&#39;")
      .replace(CONTROL, "\ufffd")
      // A reader that looks for unfilled placeholders must not find one in data.
      .replaceAll("{{", "&#123;&#123;")
  );
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters HTML forbids
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;

/** Inserts markup that was written by hand (styles, scripts). Never call it with data. */
export function trusted(markup: string): Html {
  return { markup };
}

export const nothing: Html = { markup: "" };

function render(part: HtmlPart): string {
  if (part === null || part === undefined || part === false) return "";
  if (typeof part === "string") return escapeHtml(part);
  if (typeof part === "number") return escapeHtml(String(part));
  if (isList(part)) return part.map(render).join("");
  return part.markup;
}

function isList(part: HtmlPart): part is readonly HtmlPart[] {
  return Array.isArray(part);
}
