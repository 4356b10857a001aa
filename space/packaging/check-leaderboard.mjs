/** `npm run leaderboard [FOLDER]`: checks the entries of the leaderboard, and prints them as a table. */

import { runnerImport } from "vite";

const { module } = await runnerImport("./packaging/entries.ts", { configFile: false });
try {
  console.log(module.table(module.readEntries(process.argv[2] ?? "leaderboard")));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
