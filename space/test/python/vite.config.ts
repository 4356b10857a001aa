/** Builds the page with nothing but the sandbox, under the Content-Security-Policy of the app. */

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { selfHostPyodide } from "../../packaging/pyodide.ts";

const here = dirname(fileURLToPath(import.meta.url));

function samePolicy(html: string): string {
  const app = readFileSync(join(here, "../../index.html"), "utf8");
  const policy = /<meta\s+http-equiv="Content-Security-Policy"[^>]*>/.exec(app);
  if (!policy) throw new Error("index.html has no Content-Security-Policy");
  return html.replace('<meta charset="utf-8" />', (charset) => charset + policy[0]);
}

export default defineConfig({
  root: here,
  base: "./",
  publicDir: false,
  plugins: [selfHostPyodide(), { name: "same-policy", transformIndexHtml: samePolicy }],
  build: { target: "es2022", reportCompressedSize: false },
});
