// Completion while typing: an editable combobox over a list box, as the ARIA authoring practices describe it.
// Focus stays in the box; the arrows walk the list, Enter takes the option, Escape closes the list.
import { el } from "./search-dom.ts";
import { say } from "./words.ts";

export interface Option {
  text: string;
  /** Said after the text, in grey: a count, a key. */
  note?: string;
  take(): void;
}

export interface OptionGroup {
  title: string;
  options: readonly Option[];
}

export interface Combobox {
  show(groups: readonly OptionGroup[]): void;
  close(): void;
}

export function makeCombobox(input: HTMLInputElement, list: HTMLElement): Combobox {
  let options: { node: HTMLElement; take: () => void }[] = [];
  let at = -1;
  const said = el("p", { class: "oculto", role: "status" });
  list.after(said);
  for (const [name, value] of Object.entries({
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": list.id,
  })) {
    input.setAttribute(name, value);
  }

  const close = () => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    mark(-1);
    said.textContent = "";
  };

  const mark = (next: number) => {
    options[at]?.node.removeAttribute("aria-selected");
    at = next;
    const node = options[at]?.node;
    if (!node) return input.removeAttribute("aria-activedescendant");
    node.setAttribute("aria-selected", "true");
    input.setAttribute("aria-activedescendant", node.id);
    node.scrollIntoView({ block: "nearest" });
  };

  const show = (groups: readonly OptionGroup[]) => {
    options = [];
    const shown = groups.filter((group) => group.options.length);
    if (!shown.length || document.activeElement !== input) return close();
    list.replaceChildren(...shown.map((group, n) => groupNode(group, n)));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    mark(-1);
    said.textContent = options.length === 1 ? say("1 sugerencia") : say("{count} sugerencias", { count: options.length });
  };

  const groupNode = ({ title, options: given }: OptionGroup, n: number) => {
    const heading = el("div", { id: `${list.id}-${n}`, class: "sugerencias__titulo", role: "presentation" }, title);
    const nodes = given.map(({ text, note, take }) => {
      const node = el(
        "div",
        { role: "option", id: `${list.id}-${n}-${options.length}`, class: "sugerencia" },
        el("span", {}, text),
        ...(note ? [" ", el("span", { class: "cuenta" }, note)] : []),
      );
      node.addEventListener("click", () => choose(take));
      options.push({ node, take });
      return node;
    });
    return el("div", { role: "group", "aria-labelledby": heading.id }, heading, ...nodes);
  };

  const choose = (take: () => void) => {
    close();
    take();
  };

  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const open = !list.hidden;
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step && options.length && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      if (!open) {
        list.hidden = false;
        input.setAttribute("aria-expanded", "true");
      }
      // One place before the first and after the last is the box itself.
      const places = options.length + 1;
      mark(((at + 1 + step + places) % places) - 1);
    } else if (event.key === "Escape" && open) {
      event.preventDefault(); // the box keeps its words; a second Escape clears it, as browsers do
      close();
    } else if (event.key === "Enter") {
      const chosen = open ? options[at] : undefined;
      if (!chosen) return close();
      event.preventDefault();
      choose(chosen.take);
    }
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the box keeps the focus
  input.addEventListener("blur", close);
  return { show, close };
}
