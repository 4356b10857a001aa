/** Puts `leaderboard.json`, merged from the entries of `leaderboard/`, into the site. */

import { join } from "node:path";
import { runnerImport, type Plugin } from "vite";

const FILE = "leaderboard.json";

/**
 * A bad entry fails the build, with the name of its file and what is wrong with it.
 *
 * @param root of the Space.
 * @param folder with the entries.
 */
export function leaderboard(root: string, folder = join(root, "leaderboard")): Plugin {
  const merged = async () => {
    // The check is the page's own, written for a bundler: a config file cannot import it as it stands.
    const script = join(root, "packaging", "entries.ts");
    const { module } = await runnerImport<typeof import("./entries")>(script, { configFile: false, root });
    return module.leaderboardJson(folder);
  };
  return {
    name: "leaderboard",
    async generateBundle() {
      this.emitFile({ type: "asset", fileName: FILE, source: await merged() });
    },
    configureServer(server) {
      server.middlewares.use(`/${FILE}`, (_, response, next) => {
        merged().then((json) => response.setHeader("Content-Type", "application/json").end(json), next);
      });
    },
  };
}
