/** Puts the Python of the sandbox beside the page, in `pyodide/`: no CDN is asked. */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "vite";

const MODULE = "virtual:pyodide";

interface PyodideFile {
  name: "worker" | "wasm" | "stdlib";
  /** Relative to the page. It holds a hash of the content, so that it may be kept for ever. */
  address: string;
  content: Uint8Array;
}

/** The module `virtual:pyodide`: address and bytes of each file, relative to the page. */
export function selfHostPyodide(): Plugin {
  let files: Promise<PyodideFile[]> | undefined;
  let building = false;
  return {
    name: "self-host-pyodide",
    configResolved({ command }) {
      building = command === "build";
    },
    resolveId: (id) => (id === MODULE ? `\0${MODULE}` : undefined),
    async load(id) {
      if (id !== `\0${MODULE}`) return;
      const found = await (files ??= collect());
      if (building) {
        for (const { address, content } of found) {
          this.emitFile({ type: "asset", fileName: address, source: content });
        }
      }
      const entries = found.map(({ name, address, content }) => [name, { address, bytes: content.length }]);
      return `export default ${JSON.stringify(Object.fromEntries(entries))}`;
    },
    configureServer({ middlewares }) {
      middlewares.use(async ({ url }, response, next) => {
        if (!url?.includes("/pyodide/")) return next();
        const file = (await (files ??= collect())).find(({ address }) => url.includes(address));
        if (file) response.end(file.content);
        else next();
      });
    },
  };
}

async function collect(): Promise<PyodideFile[]> {
  const { resolve } = createRequire(import.meta.url);
  const file = (name: PyodideFile["name"], fileName: string, content: Uint8Array): PyodideFile => {
    const hash = createHash("sha256").update(content).digest("hex").slice(0, 8);
    return { name, address: `pyodide/${fileName.replace(".", `-${hash}.`)}`, content };
  };
  return [
    file("worker", "worker.js", await bundleWorker()),
    file("wasm", "python.wasm", readFileSync(resolve("pyodide/pyodide.asm.wasm"))),
    file("stdlib", "stdlib.zip", readFileSync(resolve("pyodide/python_stdlib.zip"))),
  ];
}

/** A classic script has no `import.meta`. It is replaced early, before Vite takes the WebAssembly into the script. */
const withoutOwnAddress: Plugin = {
  name: "without-own-address",
  enforce: "pre",
  transform: (code) => code.replaceAll("import.meta.url", '"https://pyodide.invalid/"'),
};

/** One classic script: the worker starts from a `data:` address, from which WebKit imports no modules. */
async function bundleWorker(): Promise<Uint8Array> {
  const outputs = await build({
    configFile: false,
    publicDir: false,
    logLevel: "error",
    plugins: [withoutOwnAddress],
    build: {
      write: false,
      target: "es2022",
      reportCompressedSize: false,
      lib: {
        entry: fileURLToPath(new URL("../app/python/worker/worker.ts", import.meta.url)),
        formats: ["iife"],
        name: "interpreter",
        fileName: "worker",
      },
    },
  });
  const [first] = [outputs].flat();
  const [chunk] = first && "output" in first ? first.output : [];
  if (chunk?.type !== "chunk") throw new Error("the Python worker was not bundled into one script");
  return new TextEncoder().encode(chunk.code);
}
