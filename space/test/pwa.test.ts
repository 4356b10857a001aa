import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { appFiles } from "../packaging/serviceworker";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "odin-pwa-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

function write(path: string, content = path): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

test("the shell is kept from the start, large files when they are used, models and the rest never", () => {
  const shell = ["assets/index-AbCd_-12.js", "icons/icon-192.png", "index.html", "leaderboard.json"];
  const onUse = ["assets/worker-12345678.js", "ort/ort-wasm-simd-threaded.wasm", "pyodide/python-0a1b2c3d.wasm"];
  const never = ["README.md", "assets/index.js.map", "models/odin-nano/manifest.json", "sw.js"];
  for (const path of [...shell, ...onUse, ...never]) write(path);
  const files = appFiles(folder);
  expect(files.shell.map(({ url }) => url)).toEqual(shell);
  expect(files.onUse.map(({ url }) => url)).toEqual(onUse);
});

test("a revision is the SHA-256 of the content", () => {
  write("index.html", "one");
  const [first] = appFiles(folder).shell;
  expect(first).toEqual({ url: "index.html", revision: createHash("sha256").update("one").digest("hex") });
  write("index.html", "two");
  expect(appFiles(folder).shell[0]?.revision).not.toBe(first?.revision);
});
