/** Builds the package `odin-llm` into `dist/`: `npm run build:runtime` in space/. */

import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { defaultClientConditions, defineConfig, type Plugin } from "vite";
import { EXTERNAL_WEBASSEMBLY, onnxRuntimeFiles } from "./packaging/onnxruntime.ts";
import { emitTypes } from "./packaging/types.ts";

const here = dirname(fileURLToPath(import.meta.url));
const entries = (...names: string[]) => Object.fromEntries(names.map((name) => [name, join(here, `${name}.ts`)]));

/** What a page needs beside the code: onnxruntime's WebAssembly, and the licence. */
function addFiles(): Plugin {
  return {
    name: "add-files",
    applyToEnvironment: ({ name }) => name === "client",
    generateBundle() {
      for (const { name, path } of onnxRuntimeFiles()) {
        this.emitFile({ type: "asset", fileName: `ort/${name}`, source: readFileSync(path) });
      }
      this.emitFile({ type: "asset", fileName: "LICENSE", source: readFileSync(join(here, "../../LICENSE")) });
    },
  };
}

/**
 * Makes the worker an entry beside the page's, so that the two share their chunks, under an address that the bundlers
 * of the package's users recognise. Vite by itself would bundle it apart, and hide where it lies.
 */
function workerBesideIndex(): Plugin {
  const [source, placeholder, built] = [
    'new URL("./worker.ts", import.meta.url)',
    "__ODIN_WORKER_URL__",
    'new URL("./worker.js",import.meta.url)',
  ];
  return {
    name: "worker-beside-index",
    enforce: "pre",
    transform: (code) => (code.includes(source) ? code.replaceAll(source, placeholder) : undefined),
    generateBundle(_, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type === "chunk") chunk.code = chunk.code.replaceAll(placeholder, built);
      }
    },
  };
}

/** The small model, for the command line: its 8-bit weights. Left out where `make export` has not run. */
function addModel(): Plugin {
  const WEIGHTS = "onnx/model_quantized.onnx";
  const FILES = ["config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", WEIGHTS];
  return {
    name: "add-model",
    applyToEnvironment: ({ name }) => name === "node",
    generateBundle() {
      const folder = join(here, "../public/models/odin-nano");
      if (!existsSync(folder)) return this.warn("no model comes along: public/models/odin-nano is not there");
      const add = (name: string, source: Uint8Array | string) =>
        this.emitFile({ type: "asset", fileName: `model/${name}`, source });
      for (const name of FILES) add(name, readFileSync(join(folder, name)));
      add("manifest.json", manifestOf(readFileSync(join(folder, "manifest.json"), "utf8"), FILES));
    },
  };
}

/** A manifest of some of the files that a manifest lists. */
function manifestOf(text: string, names: string[]): string {
  const manifest = JSON.parse(text) as Record<"files" | "dtypes", Record<string, unknown>>;
  const pick = (entries: Record<string, unknown>, keep: (name: string, value: unknown) => boolean) =>
    Object.fromEntries(Object.entries(entries).filter(([name, value]) => keep(name, value)));
  const files = pick(manifest.files, (name) => names.includes(name));
  const dtypes = pick(manifest.dtypes, (_, file) => names.includes(String(file)));
  return `${JSON.stringify({ ...manifest, dtypes, files }, null, 2)}\n`;
}

function addTypes(): Plugin {
  return {
    name: "add-types",
    buildApp: {
      order: "post",
      async handler({ config }) {
        emitTypes(join(here, "tsconfig.json"), resolve(config.root, config.build.outDir));
      },
    },
  };
}

// All chunks lie in one folder, so that `import.meta.url` leads to `ort/` from any of them.
const output = { entryFileNames: "[name].js", chunkFileNames: "[name]-[hash].js", assetFileNames: "[name][extname]" };

export default defineConfig({
  root: here,
  base: "./",
  publicDir: false,
  plugins: [workerBesideIndex(), addFiles(), addModel(), addTypes()],
  resolve: { conditions: [EXTERNAL_WEBASSEMBLY, ...defaultClientConditions] },
  build: {
    target: "es2022",
    minify: true,
    modulePreload: false,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1500,
    emptyOutDir: true,
  },
  environments: {
    client: {
      build: {
        license: { fileName: "THIRD-PARTY.md" },
        rolldownOptions: { input: entries("index", "worker"), preserveEntrySignatures: "strict", output },
      },
    },
    node: {
      consumer: "server",
      resolve: { conditions: ["node"] },
      build: {
        target: "node20",
        minify: false,
        emptyOutDir: false,
        rolldownOptions: { input: entries("node", "cli"), preserveEntrySignatures: "strict", output },
      },
    },
  },
  builder: {
    async buildApp(builder) {
      await builder.build(builder.environments["client"]!);
      await builder.build(builder.environments["node"]!);
    },
  },
});
