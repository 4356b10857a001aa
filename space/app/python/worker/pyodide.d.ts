declare module "pyodide/pyodide.asm.mjs" {
  type Options = NonNullable<Parameters<typeof import("pyodide").loadPyodide>[0]>;
  const createPyodideModule: NonNullable<Options["createPyodideModule"]>;
  export default createPyodideModule;
}

declare module "pyodide/pyodide-lock.json" {
  export const info: Record<string, string>;
}

declare module "virtual:pyodide" {
  const files: Record<"worker" | "wasm" | "stdlib", { address: string; bytes: number }>;
  export default files;
}
