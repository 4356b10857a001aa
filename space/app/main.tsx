/** Mounts the app. */

import { render } from "preact";
import { watchVisit } from "./analytics/watch";
import { App } from "./app";
import "./pwa/install"; // the browser's offer comes early
import { register } from "./pwa/register";

watchVisit();
render(<App />, document.getElementById("app")!);
register();
