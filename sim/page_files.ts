/** The page's files: a fixed list read at the start, so that no request can name another path. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";

export interface PageFile {
  readonly mime: string;
  readonly body: Buffer;
}

const FILES = [
  ["index.html", "text/html; charset=utf-8"],
  ["style.css", "text/css; charset=utf-8"],
  ["main.js", "text/javascript; charset=utf-8"],
] as const;

export async function readPageFiles(webRoot: string): Promise<ReadonlyMap<string, PageFile>> {
  const files = new Map<string, PageFile>();
  for (const [name, mime] of FILES) {
    const body = await readFile(join(webRoot, name)).catch((error: unknown) => {
      throw new Error(
        `cannot read the page's ${name} in ${webRoot} (${String(error)}); run "npm run build"`,
      );
    });
    files.set(`/${name}`, { mime, body });
    if (name === "index.html") files.set("/", { mime, body });
  }
  return files;
}

/** Headers of every answer. `host` is the checked Host of the request, with its port. */
export function securityHeaders(host: string): Record<string, string> {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `connect-src 'self' ws://${host} wss://${host}`,
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    "Content-Security-Policy": policy.join("; "),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
  };
}
