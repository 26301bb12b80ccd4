// The scripts' fixed words: Spanish, as they are written where they are said. For a portal in another language the bundler
// writes its words in their place (src/vitrina/portal/assets.py): nothing is looked up or fetched in the browser.

/**
 * The text in the language of the portal, with `values` in its {holes}. It must be written out in the call, between double quotes, and
 * not inside a template literal: the bundler and `scripts/words` look for it there.
 */
export function say(text: string, values: Record<string, string | number> = {}): string {
  return text.replace(/\{(\w+)\}/g, (hole, name: string) => String(values[name] ?? hole));
}

/** How dates and lists are written; numbers and amounts are Mexican in every language. */
export function locale(): string {
  return document.documentElement.lang || "es-MX";
}
