// On the 404 page: proposes to search for the words of the address that was not found. Nothing is sent by itself.
export function proposeSearch(place: HTMLElement): void {
  const input = place.querySelector<HTMLInputElement>("input[type=search]");
  if (!input || input.value) return;
  let path = location.pathname;
  try {
    path = decodeURIComponent(path);
  } catch {
    // a broken escape stays as it is
  }
  const last = path.split("/").filter(Boolean).pop() ?? "";
  input.value = last.replace(/\.html?$/, "").replace(/[-_+]+/g, " ").slice(0, 80);
}
