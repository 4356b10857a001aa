/** The package's `.d.ts` files. */

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** Writes the declarations that `project` (a tsconfig) asks for into `folder`, for every kind of module resolution. */
export function emitTypes(project: string, folder: string): void {
  const compiler = join(dirname(project), "../node_modules/typescript/bin/tsc");
  execFileSync(process.execPath, [compiler, "--project", project, "--outDir", folder], { stdio: "inherit" });
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".d.ts")) continue;
    const file = join(folder, name);
    writeFileSync(file, withExtensions(readFileSync(file, "utf8"), dirname(file)));
  }
}

/** The sources import without extensions, as bundlers do; Node's resolution finds a declaration by its `.js` only. */
function withExtensions(declaration: string, folder: string): string {
  return declaration.replace(/((?:from|import)\s*\(?\s*")(\.{1,2}\/[^"]+|\.{1,2})(")/g, (all, before, path, after) => {
    if (existsSync(resolve(folder, `${path}.d.ts`))) return `${before}${path}.js${after}`;
    if (existsSync(resolve(folder, path, "index.d.ts"))) return `${before}${path}/index.js${after}`;
    if (existsSync(resolve(folder, path.replace(/\.js$/, ".d.ts")))) return all;
    throw new Error(`${folder}: no declaration was written for "${path}"`);
  });
}
