/** Gives the app its `deployment.json`, or the one that `ODIN_DEPLOYMENT` names, and the page the policy for it. */

import { join, resolve } from "node:path";
import { runnerImport, type Plugin } from "vite";
import { allowConnections } from "./policy.ts";
import type { Deployment } from "../app/deployment.ts";

const MODULE = "virtual:deployment";

/**
 * The module `virtual:deployment`. A bad file stops the build.
 *
 * @param root of the Space.
 * @param path of the deployment; one of the environment is relative to the working directory.
 */
export function deployment(
  root: string,
  path = resolve(process.env["ODIN_DEPLOYMENT"] || join(root, "deployment.json")),
): Plugin {
  let deployment: Deployment;
  let origins: string[];
  return {
    name: "deployment",
    async config() {
      // The check shares code with the runtime, written for a bundler: a config file cannot import it as it stands.
      const script = join(root, "packaging", "readdeployment.ts");
      const { module } = await runnerImport<typeof import("./readdeployment.ts")>(script, { configFile: false, root });
      deployment = module.readDeployment(path);
      origins = module.originsOf(deployment);
    },
    resolveId: (id) => (id === MODULE ? `\0${MODULE}` : undefined),
    load: (id) => (id === `\0${MODULE}` ? `export default ${JSON.stringify(deployment)}` : undefined),
    transformIndexHtml: (html) => allowConnections(html, origins),
    configureServer(server) {
      server.watcher.add(path);
      server.watcher.on("change", (changed) => {
        if (changed === path) void server.restart();
      });
    },
  };
}
