/**
 * Messages to and from the wire's bytes (CDR). The package's own definitions are read from msg/,
 * the standard ones come from @foxglove/rosmsg-msgs-common (Jazzy).
 */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parse } from "@foxglove/rosmsg";
import { ros2jazzy } from "@foxglove/rosmsg-msgs-common";
import { MessageReader, MessageWriter } from "@foxglove/rosmsg2-serialization";
import { packageRoot } from "../base/package_root";
import type { MessageTypes } from "./messages";

export interface Codec<T> {
  encode(message: T): Buffer;
  /** @throws Error when the bytes are not such a message. */
  decode(bytes: Uint8Array): T;
}

type MessageDefinition = ReturnType<typeof parse>[number];

const OWN = "alternating_marl";
let own: Map<string, MessageDefinition> | undefined;

function ownDefinitions(): Map<string, MessageDefinition> {
  if (own !== undefined) return own;
  own = new Map();
  const folder = join(packageRoot(), "msg");
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".msg"))) {
    const name = `${OWN}/${file.slice(0, -4)}`;
    const [definition] = parse(readFileSync(join(folder, file), "utf8"), {
      ros2: true,
      skipTypeFixup: true,
    });
    own.set(name, { ...definition, name });
  }
  return own;
}

/** A message on the wire may be padded to a multiple of this, bytes. */
const PADDING = 4;

/** pkg/msg/Name -> pkg/Name, by which definitions and their fields go. */
const short = (type: string): string => type.replace("/msg/", "/");

function definitionOf(type: string): MessageDefinition {
  const standard: Readonly<Record<string, MessageDefinition>> = ros2jazzy;
  const definition = ownDefinitions().get(type) ?? standard[type];
  if (definition === undefined) {
    throw new Error(`no definition of message ${type}; add it to msg/ or use a standard type`);
  }
  return definition;
}

/** The definition of `type` (pkg/msg/Name) followed by those of all types in it. */
export function definitionsOf(type: string): MessageDefinition[] {
  const found = new Map<string, MessageDefinition>();
  const visit = (name: string): void => {
    if (found.has(name)) return;
    const definition = definitionOf(name);
    found.set(name, { ...definition, name });
    for (const field of definition.definitions) if (field.isComplex) visit(short(field.type));
  };
  visit(short(type));
  return [...found.values()];
}

/** Whether any text in a message is longer in UTF-8, bytes, than in UTF-16, units. */
function hasWideText(value: unknown): boolean {
  if (typeof value === "string") return Buffer.byteLength(value) > value.length;
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return false;
  for (const key in value) if (hasWideText(value[key as keyof typeof value])) return true;
  return false;
}

/**
 * Pads texts with blanks. The writer gives a text as many bytes as it has UTF-16 units
 * (foxglove/ros-typescript#137 and foxglove/cdr#35: merged, and in no release up to
 * rosmsg2-serialization 3.1.0 and cdr 3.5.0), and writes as much of its UTF-8 as fits: all of the
 * text, and none of the blanks.
 */
function withRoom(value: unknown): unknown {
  if (typeof value === "string") return value.padEnd(Buffer.byteLength(value));
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.map(withRoom);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withRoom(part)]));
}

const codecs = new Map<string, Codec<unknown>>();

/** The codec of `type`; made once. */
export function codecOf<Type extends keyof MessageTypes>(type: Type): Codec<MessageTypes[Type]> {
  let codec = codecs.get(type);
  if (codec === undefined) {
    const definitions = definitionsOf(type);
    const reader = new MessageReader(definitions);
    const writer = new MessageWriter(definitions);
    codec = {
      encode: (message) => {
        const bytes = writer.writeMessage(hasWideText(message) ? withRoom(message) : message);
        return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      },
      decode: (bytes) => {
        const message = reader.readMessage(bytes);
        const left = bytes.byteLength - reader.lastReadByteLength();
        if (left < PADDING) return message;
        throw new Error(`${left} bytes are left over after it`);
      },
    };
    codecs.set(type, codec);
  }
  return codec as Codec<MessageTypes[Type]>;
}
