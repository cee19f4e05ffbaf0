/** Small helpers for the document. */

/** The element with this id; the page's own HTML has it. */
export function byId(id: string): HTMLElement {
  return field(id, HTMLElement);
}

/** The same, of the kind it has to be. */
export function field<E extends HTMLElement>(id: string, kind: new () => E): E {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no ${kind.name} #${id}`);
  return found;
}

export function button(id: string): HTMLButtonElement {
  return field(id, HTMLButtonElement);
}

export function select(id: string): HTMLSelectElement {
  return field(id, HTMLSelectElement);
}

/** A new element with classes and text, put at the end of `parent`. */
export function add(parent: HTMLElement, tag: string, classes = "", text = ""): HTMLElement {
  const element = document.createElement(tag);
  if (classes !== "") element.className = classes;
  element.textContent = text;
  parent.append(element);
  return element;
}

/** The options of a select, anew: pairs of a value and what is read. */
export function setOptions(
  list: HTMLSelectElement,
  options: readonly (readonly [value: string, text: string])[],
): void {
  list.replaceChildren(...options.map(([value, text]) => new Option(text, value)));
}

/** Does `work` when the form is sent, by its button or Enter, with valid fields; nothing leaves. */
export function onSubmit(id: string, work: () => void): void {
  field(id, HTMLFormElement).onsubmit = (event) => {
    event.preventDefault();
    work();
  };
}

/** Text written only when it changed, so that nothing is laid out or read aloud again. */
export function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
