/**
 * A recording that rosbag2 and Foxglove open: MCAP (mcap.dev/spec), profile ros2, messages as they
 * came over the wire. Chunks are written twice a second: a process that is killed loses at most that
 * much, and the file stays readable.
 */
import { closeSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { stringify } from "@foxglove/rosmsg";
import { McapWriter } from "@mcap/core";
import { InvalidInputError, reasonOf } from "../base/errors";
import { definitionsOf } from "./codec";
import { steadyMs } from "./clock";
import type { Topic } from "./topics";

/** A chunk is closed by the first message that comes this long after the chunk's first, ms. */
const CHUNK_MS = 500;
/** A chunk is closed once it holds more, bytes. */
const LARGEST_CHUNK = 2 ** 20;

/** As `ros2 interface show` writes it; stringify names times as ROS 1 does (@foxglove/rosmsg 5.0.5). */
function schemaText(type: string): string {
  return stringify(definitionsOf(type)).replace(
    /^(time|duration)(?=[ [])/gm,
    (name) => `builtin_interfaces/${name === "time" ? "Time" : "Duration"}`,
  );
}

/** The quality of service that rosbag2 offers when it plays the topic, as YAML. */
function profileOf({ reliability, durability, depth }: Topic): string {
  const forever = (name: string): string =>
    `  ${name}:\n    sec: 2147483647\n    nsec: 4294967295\n`;
  return `- history: keep_last\n  depth: ${depth}\n  reliability: ${reliability}\n  durability: ${durability}\n${forever("deadline")}${forever("lifespan")}  liveliness: automatic\n${forever("liveliness_lease_duration")}  avoid_ros_namespace_conventions: false\n`;
}

export class Recording {
  count = 0;
  /** Why nothing more is written; undefined: all is well. */
  failure: string | undefined;
  private readonly writer: McapWriter;
  private readonly channels = new Map<string, { readonly id: number; sequence: number }>();
  private readonly schemas = new Map<string, number>();
  private readonly handle: number;
  private position = 0n;
  /** When the first message of the chunk at hand came, ms of the steady clock; undefined: it has none. */
  private openedMs: number | undefined;
  private isDue = false;
  /** The writer takes one call after the other. */
  private last: Promise<void>;

  /**
   * @param about what belongs to the recording as a whole, kept in it as metadata
   * @param onFailure is told why nothing more is written
   * @throws InvalidInputError when the file exists or cannot be made
   */
  constructor(
    file: string,
    about: Readonly<Record<string, string>>,
    private readonly onFailure: (why: string) => void,
  ) {
    try {
      this.handle = openSync(file, "wx");
    } catch (error) {
      throw new InvalidInputError(
        `${file} cannot be recorded to: ${reasonOf(error)}; give a new file in a folder that exists`,
      );
    }
    const write = (bytes: Uint8Array): Promise<void> => {
      for (let done = 0; done < bytes.length;) done += writeSync(this.handle, bytes, done);
      this.position += BigInt(bytes.length);
      return Promise.resolve();
    };
    // The writer closes a chunk by its size alone, and has no call to close one (@mcap/core 2.2.2; the
    // C++ writer has closeLastChunk, foxglove/mcap#678). It compares with this number after each
    // message: 0 closes the chunk.
    const chunkSize = { valueOf: () => (this.isDue ? 0 : LARGEST_CHUNK) } as unknown as number;
    const writable = { write, position: () => this.position };
    this.writer = new McapWriter({ writable, chunkSize });
    // At once: a reader never finds the file without its header.
    const header = { profile: "ros2", library: "alternating_marl" };
    this.last = this.attempt(() => this.writer.start(header));
    const metadata = new Map(Object.entries(about));
    this.next(() => this.writer.addMetadata({ name: "alternating_marl", metadata }));
  }

  /**
   * @param timeNs of arrival, since 1970: system time, which may be set back
   * @param nowMs of the steady clock
   */
  write(topic: Topic, data: Uint8Array, timeNs: bigint, nowMs = steadyMs()): void {
    this.next(async () => {
      const channel = this.channels.get(topic.name) ?? (await this.register(topic));
      const { id: channelId, sequence } = channel;
      channel.sequence += 1;
      const times = { logTime: timeNs, publishTime: timeNs };
      this.openedMs ??= nowMs;
      this.isDue = nowMs - this.openedMs >= CHUNK_MS;
      await this.writer.addMessage({ channelId, sequence, ...times, data });
      if (this.isDue) this.openedMs = undefined;
      this.count += 1;
    });
  }

  /** Resolves when the file is whole. */
  async close(): Promise<void> {
    this.next(() => this.writer.end());
    await this.last;
    closeSync(this.handle);
  }

  private next(work: () => Promise<void>): void {
    this.last = this.last.then(() => this.attempt(work));
  }

  private async attempt(work: () => Promise<void>): Promise<void> {
    if (this.failure !== undefined) return;
    try {
      await work();
    } catch (error) {
      this.failure = reasonOf(error);
      // A record written in part would make the file unreadable from there on.
      ftruncateSync(this.handle, Number(this.position));
      this.onFailure(this.failure);
    }
  }

  private async register(topic: Topic) {
    let schemaId = this.schemas.get(topic.type);
    if (schemaId === undefined) {
      const data = new TextEncoder().encode(schemaText(topic.type));
      schemaId = await this.writer.registerSchema({ name: topic.type, encoding: "ros2msg", data });
      this.schemas.set(topic.type, schemaId);
    }
    const id = await this.writer.registerChannel({
      schemaId,
      topic: topic.name,
      messageEncoding: "cdr",
      metadata: new Map([["offered_qos_profiles", profileOf(topic)]]),
    });
    const channel = { id, sequence: 0 };
    this.channels.set(topic.name, channel);
    return channel;
  }
}
