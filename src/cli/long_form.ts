/** A scenario's text with its arrays written out, in place of a map or a generator. */
import { type Document, isScalar, parseDocument, visit } from "yaml";
import { parseYaml } from "../base/yaml";
import type { GameArrays } from "../game/generators";
import { writtenOut } from "../game/map";
import { type Game, sizesOf } from "../game/model";
import { arraysOf, nest } from "../game/scenario";

/**
 * Other keys and comments stay. Where nothing was short, the transitions alone are written.
 * @param game what `text` holds; `arrays`, by default its own, are written
 */
export function longForm(text: string, game: Game, arrays: GameArrays = game): Document {
  const document = parseDocument(text);
  const set = (key: string, value: unknown): void =>
    document.set(document.createNode(key), document.createNode(value));
  const isMap = document.delete("map");
  const wasShort = document.delete("generator") || isMap;
  const { arena = {}, ...keys } = writtenOut(parseYaml(text), game.name) as Record<string, object>;
  if (isMap) {
    for (const key of Object.keys(keys)) {
      if (!document.has(key)) set(key, keys[key]);
    }
    for (const [key, value] of Object.entries(arena)) {
      if (!document.hasIn(["arena", key]))
        document.setIn(["arena", key], document.createNode(value));
    }
  }
  for (const [key, name, shape, isLaw] of arraysOf(sizesOf(game))) {
    if (isLaw || wasShort) set(key, nest(arrays[name], shape));
  }
  // A row, and a zone of a list, in a line.
  visit(document, {
    Seq: (_, node) => void (node.items.every(isScalar) && (node.flow = true)),
    Map: (key, node) => void (typeof key === "number" && (node.flow = true)),
  });
  return document;
}

/** The document as text. */
export const textOf = (document: Document): string =>
  document.toString({ lineWidth: 0, flowCollectionPadding: false });
