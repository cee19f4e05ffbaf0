/** Messages to and from the wire's bytes (CDR). */
import { CdrWriter } from "@foxglove/cdr";
import { MessageReader, MessageWriter } from "@foxglove/rosmsg2-serialization";
import { DEFINITIONS } from "./generated/messages";
import type { MessageTypes } from "./messages";
import type { Topic } from "./topics";

export interface Codec<Message> {
  encode(message: Message): Buffer;
  /** @throws Error when the bytes are not such a message. */
  decode(bytes: Uint8Array): Message;
}

/** A message on the wire may be padded to a multiple of this, bytes. */
const PADDING = 4;

/** The largest message of a type where no other is given, bytes: none has long lists. */
const MOST_BYTES = 2 ** 16;
/** Of 100,000 robots; the transforms of a large tree. Whoever hears policies bounds them. */
const MOST_BYTES_OF: Readonly<Record<string, number>> = {
  "alternating_marl/msg/GlobalCommand": 2 ** 22,
  "alternating_marl/msg/WorldPoses": 2 ** 21,
  "alternating_marl/msg/WorldState": 2 ** 22,
  "tf2_msgs/msg/TFMessage": 2 ** 20,
};

/** Bytes of the longest message on a topic. */
export const mostBytesOf = ({ type, mostBytes }: Topic): number =>
  mostBytes ?? MOST_BYTES_OF[type] ?? MOST_BYTES;

/** Why a message of so many bytes is not even decoded, which would take long; undefined: it is. */
export function lengthProblem(topic: Topic, bytes: number): string | undefined {
  const { type } = topic;
  const most = mostBytesOf(topic);
  if (bytes <= most) return undefined;
  return `it has ${bytes} bytes, and a ${type} has ${most} at most here; look at who publishes there (ros2 topic info -v)`;
}

/** The definition of `type` (pkg/msg/Name) followed by those of all types in it. */
export function definitionsOf(type: string): (typeof DEFINITIONS)[string] {
  if (type in DEFINITIONS) return DEFINITIONS[type];
  throw new Error(
    `no definition of message ${type}; add it to msg/ or to the standard types of scripts/setup/message_types.mjs`,
  );
}

/**
 * The writer's own takes a text's UTF-16 units for its bytes and cuts what is longer (foxglove/cdr#35:
 * merged, and in no release up to cdr 3.5.0).
 */
CdrWriter.prototype.string = function (this: CdrWriter, text: string) {
  const bytes = Buffer.from(text);
  return this.uint32(bytes.length + 1)
    .uint8Array(bytes)
    .uint8(0);
};

const codecs = new Map<string, Codec<unknown>>();

/** The codec of `type`; made once. */
export function codecOf<Type extends keyof MessageTypes>(type: Type): Codec<MessageTypes[Type]> {
  let codec = codecs.get(type);
  if (codec === undefined) {
    const definitions = definitionsOf(type);
    const reader = new MessageReader(definitions);
    const writer = new MessageWriter(definitions);
    const encode = (message: unknown): Buffer => {
      const bytes = writer.writeMessage(message);
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    };
    const decode = (bytes: Uint8Array): unknown => {
      const message = reader.readMessage(bytes);
      const left = bytes.byteLength - reader.lastReadByteLength();
      if (left < 0) throw new Error("it ends too early");
      if (left < PADDING) return message;
      throw new Error(`${left} bytes are left over after it`);
    };
    codec = { encode, decode };
    codecs.set(type, codec);
  }
  return codec as Codec<MessageTypes[Type]>;
}
