/** Where the site's models are, and which addresses a visitor may choose. */

import { OdinError } from "../runtime/index";

/** `deployment.json`, checked by the build. */
export interface Deployment {
  /** Folder of the models, relative to the page or absolute. */
  models: string;
  /** Folder of the default model in it; empty where `models` is the model's folder itself. */
  model: string;
  /** Further origins that the page may connect to. */
  connect: string[];
  /** Where visitors may send statistics to, and the name of the site there. */
  analytics: { endpoint: string; domain: string } | null;
}

const HUB = /\/([^/]+)\/resolve\/[^/]+\/$/;
/** What needs no escape: a server may take an escaped `../` for a way out of the folder. */
const PLAIN = /^[\w./~-]*$/;

/** Folder of a model, with a slash at its end, or one file of it: the one asked for, or else the site's. */
export function chosenModel({ models, model }: Deployment, asked: string | null): string {
  const url = asked ?? models + model;
  return /(\/|\.onnx)$/.test(url) ? url : `${url}/`;
}

/**
 * Why the page does not load a model: it is neither of the page's own site nor below the folder that the site takes
 * its models from. Undefined when it is.
 *
 * @param page address of the page.
 */
export function refusal({ models }: Deployment, url: string, page: string): OdinError | undefined {
  const [folder, wanted] = [new URL(models, page), URL.canParse(url, page) ? new URL(url, page) : undefined];
  const own = new URL(page).origin;
  if (wanted?.origin === own && /^https?:$/.test(wanted.protocol)) return undefined;
  if (wanted?.href.startsWith(folder.href) && PLAIN.test(wanted.href.slice(folder.href.length))) return undefined;
  const allowed = folder.origin === own ? "its own address only" : `its own address and from ${folder.href} only`;
  return new OdinError(
    "bad-option",
    `This page loads models from ${allowed}, not from ${url}. Correct or remove “model=” in the page's address.`,
  );
}

/** What to call a model by its address; on the Hub the folder is named after the revision. */
export function nameOf(url: string): string {
  return HUB.exec(url)?.[1] ?? url.split("/").filter(Boolean).at(-1) ?? url;
}

/** The other site that an address is of; undefined for the page's own. */
export function otherHost(url: string, page: string): string | undefined {
  if (!URL.canParse(url, page)) return undefined;
  const { host, origin } = new URL(url, page);
  return origin === new URL(page).origin ? undefined : host;
}
