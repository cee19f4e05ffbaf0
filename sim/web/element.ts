/** Small helpers for the document. */

/** The element with this id; the page's own HTML has it. */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no element #${id}`);
  return found;
}

/** A new element with classes and text, put at the end of `parent`. */
export function add(parent: HTMLElement, tag: string, classes = "", text = ""): HTMLElement {
  const element = document.createElement(tag);
  if (classes !== "") element.className = classes;
  element.textContent = text;
  parent.append(element);
  return element;
}
