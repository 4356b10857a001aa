/** Mounts the app. */

import { render } from "preact";
import { App } from "./app";
import "./pwa/install"; // the browser's offer comes early
import { register } from "./pwa/register";

render(<App />, document.getElementById("app")!);
register();
