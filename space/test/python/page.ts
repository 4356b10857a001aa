/** The sandbox on a page of its own, for the tests in real browsers. */

import { IsolatedWorker } from "../../app/python/interpreter";
import { PythonSandbox } from "../../app/python/sandbox";

Object.assign(window, { PythonSandbox, IsolatedWorker });
document.title = "ready";
