/** Ways in which the tests reach the page's server: by HTTP, as a page, as a page that sleeps. */
import { once } from "node:events";
import { request, type IncomingHttpHeaders } from "node:http";
import { connect, type Socket } from "node:net";
import WebSocket from "ws";
import type { PageServer } from "../../sim/page_server";
import { SOCKET_PATH, SOCKET_PROTOCOL, TOKEN_PROTOCOL } from "../../sim/protocol";

type Served = Pick<PageServer, "port">;

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export function get(
  server: Served,
  path: string,
  headers: Record<string, string> = {},
  method = "GET",
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(
      { host: "127.0.0.1", port: server.port, path, method, headers },
      (response) => {
        let body = "";
        response.setEncoding("utf8").on("data", (part: string) => (body += part));
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        );
      },
    );
    asked.on("error", reject).end();
  });
}

/** A page as the tests see it: messages in a queue, awaited one by one. */
export class TestPage {
  readonly socket: WebSocket;
  private readonly heard: Buffer[] = [];
  private wake: () => void = () => undefined;

  constructor(server: Served, given: { origin?: string; host?: string; token?: string } = {}) {
    const { origin = `http://127.0.0.1:${server.port}`, host, token } = given;
    const protocols = [SOCKET_PROTOCOL, ...(token ? [`${TOKEN_PROTOCOL}${token}`] : [])];
    this.socket = new WebSocket(`ws://127.0.0.1:${server.port}${SOCKET_PATH}`, protocols, {
      origin: origin === "" ? undefined : origin,
      headers: host === undefined ? {} : { host },
    });
    this.socket.on("error", () => undefined);
    this.socket.on("message", (data: Buffer) => {
      this.heard.push(data);
      this.wake();
    });
  }

  say(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  async next(): Promise<Buffer> {
    while (this.heard.length === 0) await new Promise<void>((resolve) => (this.wake = resolve));
    return this.heard.splice(0, 1)[0];
  }

  async nextJson(): Promise<unknown> {
    return JSON.parse((await this.next()).toString());
  }

  /** The close code, once closed. */
  async closed(): Promise<number> {
    const [code]: unknown[] = await once(this.socket, "close");
    return Number(code);
  }

  /** The status with which the upgrade was refused. */
  async refused(): Promise<number> {
    const answer = new Promise<number>((resolve) =>
      this.socket.on("unexpected-response", (_request, response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      }),
    );
    return answer;
  }
}

/** A page that completed its handshake and reads nothing until told. */
export async function sleepingPage(server: Served): Promise<Socket> {
  const socket = connect(server.port, "127.0.0.1");
  await once(socket, "connect");
  socket.write(
    `GET ${SOCKET_PATH} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nConnection: Upgrade\r\n` +
      `Upgrade: websocket\r\nOrigin: http://127.0.0.1:${server.port}\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${"A".repeat(22)}==\r\n\r\n`,
  );
  await once(socket, "readable");
  return socket;
}

/** Reads what the server kept until the pose frame whose first number is `wanted`; counts what came. */
export async function readUntilFrame(
  socket: Socket,
  wanted: number,
): Promise<{ frames: number; reports: number }> {
  const heard = { frames: 0, reports: 0 };
  let left: Buffer = Buffer.alloc(0);
  let header = true;
  for await (const part of socket) {
    if (!Buffer.isBuffer(part)) continue;
    left = Buffer.concat([left, part]);
    if (header && left.includes("\r\n\r\n")) {
      left = left.subarray(left.indexOf("\r\n\r\n") + 4);
      header = false;
    }
    for (let frame = firstFrame(left); frame !== undefined; frame = firstFrame(left)) {
      left = left.subarray(frame.end);
      if (frame.opcode === 1) heard.reports += 1;
      if (frame.opcode !== 2) continue;
      heard.frames += 1;
      if (frame.body.readFloatLE() === wanted) return heard;
    }
  }
  throw new Error("the newest frame never came");
}

/** The WebSocket frame (RFC 6455, 5.2; unmasked) at the start of `bytes`, if it is all there. */
function firstFrame(bytes: Buffer): { opcode: number; body: Buffer; end: number } | undefined {
  if (bytes.length < 10) return undefined;
  const short = bytes[1] & 127;
  const start = short < 126 ? 2 : short === 126 ? 4 : 10;
  const length =
    short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  const end = start + length;
  if (bytes.length < end) return undefined;
  return { opcode: bytes[0] & 15, body: bytes.subarray(start, end), end };
}
