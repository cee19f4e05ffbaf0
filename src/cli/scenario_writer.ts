/** Writes measured arrays into a scenario's text. */
import { Document, isMap, isScalar, parseDocument, visit } from "yaml";
import { type Game, sizesOf } from "../game/model";
import { arraysOf, nest } from "../game/scenario";
import type { Measurement } from "./calibration";

const DECIMALS = 5;

/**
 * The scenario's text with the measured arrays in place of its own; other keys and comments stay. A
 * generator is replaced by the arrays it made.
 * @param note the comment above each measured array
 */
export function withMeasuredArrays(
  text: string,
  game: Game,
  measured: Measurement,
  note: string,
): string {
  const { globalTransition, localTransition } = measured;
  const sizes = sizesOf(game);
  const document = parseDocument(text);
  const wasGenerated = document.delete("generator");
  const arrays = {
    ...game,
    globalTransition: roundRows(globalTransition, sizes.sG),
    localTransition: roundRows(localTransition, sizes.sL),
  };
  for (const [key, name, shape, isMeasured] of arraysOf(sizes)) {
    if (!isMeasured && !wasGenerated) continue;
    document.set(key, document.createNode(nest(arrays[name], shape)));
    if (isMeasured) setComment(document, key, note);
  }
  visit(document, {
    Seq: (_, node) => {
      if (node.items.every(isScalar)) node.flow = true;
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

/** Sets the comment above `key`, in place of that of a former run. */
function setComment(document: Document, key: string, comment: string): void {
  if (!isMap(document.contents)) return;
  for (const pair of document.contents.items) {
    if (isScalar(pair.key) && pair.key.value === key) pair.key.commentBefore = ` ${comment}`;
  }
}

/** Rounds rows so that each still sums to 1: the largest entry takes the rounding error. */
export function roundRows(flat: Float64Array, width: number): Float64Array {
  const unit = 10 ** DECIMALS;
  const rounded = new Float64Array(flat.length);
  for (let start = 0; start < flat.length; start += width) {
    const row = Array.from(flat.subarray(start, start + width), (p) => Math.round(p * unit));
    const rest = unit - row.reduce((sum, p) => sum + p, 0);
    row[row.indexOf(Math.max(...row))] += rest;
    row.forEach((p, i) => (rounded[start + i] = p / unit));
  }
  return rounded;
}
