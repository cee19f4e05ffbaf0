/** A page server whose log and commands are kept, over a page of nothing. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PageCommand } from "../../sim/protocol";
import { startPageServer, type PageServer } from "../../sim/page_server";
import { snapshot } from "./messages";

export interface QuietServer {
  readonly server: PageServer;
  readonly lines: string[];
  readonly obeyed: PageCommand[];
  end(): Promise<void>;
}

export async function startQuietServer(host = "127.0.0.1"): Promise<QuietServer> {
  const webRoot = mkdtempSync(join(tmpdir(), "page-"));
  for (const name of ["index.html", "style.css", "main.js"]) writeFileSync(join(webRoot, name), "");
  const lines: string[] = [];
  const obeyed: PageCommand[] = [];
  const server = await startPageServer({
    port: 0,
    host,
    origins: [],
    webRoot,
    log: (line) => void lines.push(line),
    snapshot,
    token: "the-token",
    obey: (command) => {
      obeyed.push(command);
      return Promise.resolve({ done: true, message: "" });
    },
  });
  return {
    server,
    lines,
    obeyed,
    end: async () => {
      await server.close();
      rmSync(webRoot, { recursive: true });
    },
  };
}
