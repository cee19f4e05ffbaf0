/** Helpers for the document. */

/** The element with this id; the page's own HTML has it. */
export const byId = (id: string): HTMLElement => field(id, HTMLElement);

/** The same, of a kind; throws where the page has none. */
export function field<E extends HTMLElement>(id: string, kind: new () => E): E {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no ${kind.name} #${id}`);
  return found;
}

export const button = (id: string): HTMLButtonElement => field(id, HTMLButtonElement);

export const select = (id: string): HTMLSelectElement => field(id, HTMLSelectElement);

/** A new element with classes and text, put at the end of `parent`. */
export function add(parent: HTMLElement, tag: string, classes = "", text = ""): HTMLElement {
  const element = document.createElement(tag);
  if (classes !== "") element.className = classes;
  element.textContent = text;
  parent.append(element);
  return element;
}

export function setOptions(
  list: HTMLSelectElement,
  options: readonly (readonly [value: string, text: string])[],
): void {
  list.replaceChildren(...options.map(([value, text]) => new Option(text, value)));
}

/** Writes text only if it changed, so that it is not laid out or read aloud again. */
export function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
