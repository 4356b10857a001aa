/** Addresses of models on the Hugging Face Hub. */

import { found, isText } from "./canonical";
import { OdinError } from "./errors";

const ENDPOINT = "https://huggingface.co";
const MOST = 96;
// Of either part of a repository's id, as the Hub has it: neither begins nor ends with - or a dot.
const PART = /^[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?$/;
const FORBIDDEN = /--|\.\.|\.(?:git|ipynb)$/;

/**
 * The address of a model repository's files on the Hub, for `OdinLLM.load`.
 *
 * @param repo its id, as `user/odin-nano`
 * @param revision a tag, which pins the version (`v0.3.0`), a commit, or a branch
 * @param endpoint of another server that speaks as the Hub does
 * @throws OdinError `bad-option` for what is no id, no revision or no address
 */
export function hubUrl(repo: string, revision = "main", endpoint = ENDPOINT): string {
  const parts = isText(repo) ? repo.split("/") : [];
  const good = parts.every((part) => PART.test(part));
  if (!good || FORBIDDEN.test(repo) || parts.length < 1 || parts.length > 2 || repo.length > MOST) {
    throw new OdinError("bad-option", `${found(repo)} is no repository's id. Give it as "user/odin-nano".`);
  }
  if (!isText(revision) || /^\.?$|\.\.|\s/.test(revision)) {
    throw new OdinError("bad-option", `${found(revision)} is no revision. Give a tag, branch or commit, as "v0.3.0".`);
  }
  const server = URL.canParse(endpoint) ? new URL(endpoint).href : "";
  if (!/^https?:[^?#]+$/.test(server)) {
    const advice = `Give its address, without ? and #, as "${ENDPOINT}"`;
    throw new OdinError("bad-option", `${found(endpoint)} is no server. ${advice}.`);
  }
  return `${server.replace(/\/+$/, "")}/${repo}/resolve/${encodeURIComponent(revision)}/`;
}
