/** What the browser tells of itself, as it goes into a result. */

import type { Capabilities } from "../../runtime/index";
import type { Place } from "./result";

/** As much of `navigator` as is read. Chromium's browsers say more clearly what they are than their user agent. */
export interface Agent {
  userAgent: string;
  platform: string;
  userAgentData?: { brands: { brand: string; version: string }[]; platform: string };
}

// In order: Edge, Opera and Chrome all say that they are Safari as well.
const BROWSERS: readonly (readonly [name: string, pattern: RegExp])[] = [
  ["Edge", /\bEdg(?:A|iOS)?\/([\d.]+)/],
  ["Opera", /\bOPR\/([\d.]+)/],
  ["Samsung Internet", /\bSamsungBrowser\/([\d.]+)/],
  ["Firefox", /\b(?:Firefox|FxiOS)\/([\d.]+)/],
  ["Chrome", /\b(?:HeadlessChrome|Chrome|CriOS)\/([\d.]+)/],
  ["Safari", /\bVersion\/([\d.]+).*\bSafari\//],
];
const SYSTEMS: readonly (readonly [name: string, pattern: RegExp])[] = [
  ["Android", /Android/],
  ["iOS", /iPhone|iPad|iPod/],
  ["Windows", /Windows/],
  ["macOS", /Macintosh|Mac OS X/],
  ["ChromeOS", /CrOS/],
  ["Linux", /Linux|X11/],
];

export function placeOf(agent: Agent, { cores, isolated, webGpu }: Capabilities): Place {
  const { usable, adapter, fallbackAdapter } = webGpu;
  const webgpu = usable ? `${adapter ?? "unnamed adapter"}${fallbackAdapter ? ", software" : ""}` : null;
  return { browser: browserOf(agent), platform: platformOf(agent), cores, isolated, webgpu };
}

function platformOf({ userAgent, userAgentData, platform }: Agent): string {
  const system = SYSTEMS.find(([, pattern]) => pattern.test(userAgent))?.[0];
  return userAgentData?.platform || system || platform || "unknown";
}

function browserOf(agent: Agent): Place["browser"] {
  // Of the brands one is made up, so that sites do not rely on the list, and Chromium is what most are made of.
  const brands = (agent.userAgentData?.brands ?? []).filter(({ brand }) => !/not.*brand/i.test(brand));
  const own = brands.find(({ brand }) => brand !== "Chromium") ?? brands[0];
  if (own) return { name: own.brand, version: own.version };
  for (const [name, pattern] of BROWSERS) {
    const version = pattern.exec(agent.userAgent)?.[1];
    // Apple has Safari alone; elsewhere it is another browser of the same engine.
    if (version) return { name: name === "Safari" && !/macOS|iOS/.test(platformOf(agent)) ? "WebKit" : name, version };
  }
  return { name: "unknown", version: "unknown" };
}
