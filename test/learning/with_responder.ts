import type { Game } from "../../src/game/model";
import type { LearnSettings } from "../../src/learning/options";
import { Responder } from "../../src/learning/responder";

/** A responder while `use` runs; its threads end with it. */
export async function withResponder<T>(
  game: Game,
  settings: LearnSettings,
  use: (responder: Responder) => Promise<T>,
): Promise<T> {
  const responder = new Responder(game, settings);
  try {
    return await use(responder);
  } finally {
    await responder.close();
  }
}
