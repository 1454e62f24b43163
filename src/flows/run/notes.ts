/** One line for each kind of warning: the first of it, and how many more there are. */
export function notesOf(warnings: readonly Readonly<{ code: string; message: string }>[]): readonly string[] {
  const byCode = new Map<string, string[]>();
  for (const { code, message } of warnings) byCode.set(code, [...(byCode.get(code) ?? []), message]);
  return [...byCode].map(([code, [first, ...rest]]) =>
    rest.length > 0 ? `${first} (and ${rest.length} more of ${code})` : (first as string),
  );
}
