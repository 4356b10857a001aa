import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { defaultClientConditions, defineConfig, type Plugin } from "vite";
import { deployment } from "./packaging/deployment.ts";
import { leaderboard } from "./packaging/leaderboard.ts";
import { serviceWorker } from "./packaging/serviceworker.ts";
import { selfHostPyodide } from "./packaging/pyodide.ts";
import { EXTERNAL_WEBASSEMBLY, onnxRuntimeFiles } from "./runtime/packaging/onnxruntime.ts";

const here = dirname(fileURLToPath(import.meta.url));
const port = 7860;

// With these two the browser lets WebAssembly use threads; without them everything works on one thread.
const headers = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

/** Puts onnxruntime's WebAssembly into `public/ort/`: no CDN is asked. */
function selfHostOnnxRuntime(): Plugin {
  return {
    name: "self-host-onnxruntime",
    config() {
      const target = join(here, "public", "ort");
      mkdirSync(target, { recursive: true });
      for (const { name, path } of onnxRuntimeFiles()) {
        const copy = join(target, name);
        if (!existsSync(copy) || statSync(copy).size !== statSync(path).size) cpSync(path, copy);
      }
    },
  };
}

/** The README's front matter tells the Hub how to serve the Space, so `dist/` is one as it stands. */
function addSpaceReadme(): Plugin {
  return {
    name: "add-space-readme",
    generateBundle() {
      this.emitFile({ type: "asset", fileName: "README.md", source: readFileSync(join(here, "README.md")) });
    },
  };
}

/** Before serving, brings the models in `dist/` up to date, so that a new export needs no new build. */
function refreshModels(): Plugin {
  return {
    name: "refresh-models",
    configurePreviewServer(server) {
      const exported = join(here, "public", "models");
      const served = resolve(server.config.root, server.config.build.outDir, "models");
      for (const name of existsSync(exported) ? readdirSync(exported) : []) {
        rmSync(join(served, name), { recursive: true, force: true });
        cpSync(join(exported, name), join(served, name), { recursive: true });
      }
    },
  };
}

export default defineConfig({
  root: here,
  base: "./", // a static Space may be served under any path
  appType: "mpa", // a missing model file must answer 404, not the page
  plugins: [
    selfHostOnnxRuntime(),
    selfHostPyodide(),
    addSpaceReadme(),
    refreshModels(),
    deployment(here),
    leaderboard(here),
    serviceWorker(join(here, "app/pwa/sw.ts")),
  ],
  resolve: { conditions: [EXTERNAL_WEBASSEMBLY, ...defaultClientConditions] },
  // One script, so that the service worker can keep all of it: what a worker loads later it may load unseen.
  worker: { format: "es", rolldownOptions: { output: { codeSplitting: false } } },
  build: { target: "es2022", chunkSizeWarningLimit: 1500 },
  // The dashboard takes numbers from the repository's docs/.
  server: { host: "127.0.0.1", port, strictPort: true, headers, fs: { allow: [".."] } },
  preview: { host: "127.0.0.1", port, strictPort: true, headers },
  test: { include: ["test/**/*.test.ts"] },
} as Parameters<typeof defineConfig>[0]);
