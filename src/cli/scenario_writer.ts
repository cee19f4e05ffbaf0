/** Writes measured arrays into a scenario's text. */
import { Document, isScalar, parseDocument, visit } from "yaml";
import { type Game, sizesOf } from "../game/model";
import { nest } from "../game/scenario";
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
  const { sG, aG, sL, aL } = sizesOf(game);
  const document = parseDocument(text);
  const put = (key: string, flat: ArrayLike<number>, shape: number[], comment?: string): void => {
    document.set(key, document.createNode(nest(flat, shape)));
    setComment(document, key, comment);
  };
  if (document.has("generator")) {
    document.delete("generator");
    put("global_reward", game.globalReward, [sG, aG]);
    put("local_reward", game.localReward, [sL, sG, aL]);
  }
  const globalRows = roundRows(measured.globalTransition, sG);
  put("global_transition", globalRows, [sG, aG, sG], note);
  put("local_transition", roundRows(measured.localTransition, sL), [sL, sG, aL, sL], note);
  visit(document, {
    Seq: (_, node) => {
      if (node.items.every(isScalar)) node.flow = true;
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

/** Sets the comment above `key`, in place of that of a former run. */
function setComment(document: Document, key: string, comment?: string): void {
  visit(document, {
    Pair: (_, pair) => {
      if (!isScalar(pair.key) || pair.key.value !== key) return undefined;
      if (comment !== undefined) pair.key.commentBefore = ` ${comment}`;
      return visit.BREAK;
    },
  });
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
