/** Builds `sw.js`, which knows each file of the finished app by the hash of its content. */

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve, sep } from "node:path";
import { build, type Plugin, type ResolvedConfig } from "vite";

/** A file of the app: its address, relative to the worker's, and the SHA-256 of its content in hex. */
export interface AppFile {
  url: string;
  revision: string;
}

/**
 * Kept from their first use on: nobody should download them who does not use them. The scripts are the runtime in a
 * worker (`worker`) or without one (`host` and what it loads), and the benchmark's other model.
 */
const ON_USE = /^(ort\/|pyodide\/|assets\/(worker|host|tokenizer|thread|files|adapted|transformer)-)/;
/** Not the worker's business: the runtime keeps models itself, the README is for the Hub. */
const LEFT_OUT = /^(models\/|README\.md$|sw\.js$)|\.map$/;

/** What the service worker keeps from the start (the shell), and what when it is used. */
export interface AppFiles {
  shell: AppFile[];
  onUse: AppFile[];
}

export function appFiles(folder: string): AppFiles {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => statSync(join(folder, path)).isFile())
    .map((path) => path.replaceAll(sep, "/"))
    .filter((path) => !LEFT_OUT.test(path))
    .sort()
    .map((url) => ({
      url,
      revision: createHash("sha256")
        .update(readFileSync(join(folder, url)))
        .digest("hex"),
    }));
  return { shell: files.filter(({ url }) => !ON_USE.test(url)), onUse: files.filter(({ url }) => ON_USE.test(url)) };
}

/** @param source the worker's script. */
export function serviceWorker(source: string): Plugin {
  let config: ResolvedConfig;
  return {
    name: "service-worker",
    apply: "build",
    configResolved(resolved) {
      config = resolved;
    },
    // Everything has to be in its place by now, the files of `public/` too.
    async closeBundle(error) {
      if (error) return;
      const folder = resolve(config.root, config.build.outDir);
      await build({
        configFile: false,
        root: config.root,
        publicDir: false,
        logLevel: "warn",
        define: { APP_FILES: JSON.stringify(appFiles(folder)) },
        build: {
          outDir: folder,
          emptyOutDir: false,
          target: config.build.target,
          rolldownOptions: { input: source, output: { format: "iife", entryFileNames: "sw.js" } },
        },
      });
    },
  };
}
