// Which page the address means. The address is the only state of it, so that links and the back button work.

/**
 * @typedef {{page: 'calls'} | {page: 'bookings', which: 'made' | 'calendar'} | {page: 'call', org: string, call: string}} Route
 */

/**
 * @param {string} hash As `location.hash` has it.
 * @returns {Route}
 */
export function route(hash) {
  const parts = hash.replace(/^#\/?/, '').split('/').map(decoded);
  const [page, first, second] = parts;
  if (page === 'calls' && first && second) return { page: 'call', org: first, call: second };
  if (page === 'bookings') return { page: 'bookings', which: first === 'calendar' ? 'calendar' : 'made' };
  return { page: 'calls' };
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * @param {string} org
 * @param {string} call
 */
export const callLink = (org, call) => `#/calls/${encodeURIComponent(org)}/${encodeURIComponent(call)}`;

/**
 * The token of a link that signs in, `#token=…`. It never leaves the browser by itself: what follows `#` is not sent.
 * @param {string} hash
 */
export function tokenIn(hash) {
  const found = /^#\/?token=(.+)$/.exec(hash);
  return found?.[1] ? decoded(found[1]) : null;
}
