/** The Content-Security-Policy of `index.html`, for a site whose page may connect to others. */

const CONNECT = "connect-src 'self'";

/**
 * Adds origins to the policy's `connect-src`; without any the page stays as it is.
 *
 * @throws Error when the page has no such directive, or two.
 */
export function allowConnections(html: string, origins: readonly string[]): string {
  if (origins.length === 0) return html;
  const parts = html.split(CONNECT);
  if (parts.length !== 2) throw new Error(`index.html must have "${CONNECT}" once, in its Content-Security-Policy.`);
  return parts.join([CONNECT, ...origins].join(" "));
}
