// Requests to the server. Owns addresses, time limits and what an error says; keeps nothing.

/** @import { Booking, CallRecord, Org, SignedIn, StoredEvent } from './types.js' */

/** Milliseconds after which an answer is given up. */
const PATIENCE = 10_000;

/** A request that did not go well, in words for people. */
export class Problem extends Error {
  /**
   * @param {number} status HTTP status; 0 if no answer came.
   * @param {string} message
   * @param {string} hint
   */
  constructor(status, message, hint) {
    super(message);
    this.status = status;
    this.hint = hint;
  }
}

/**
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 * @param {number} [patience] Milliseconds.
 * @returns {Promise<any>}
 */
async function request(method, path, body, patience = PATIENCE) {
  /** @type {RequestInit} */
  const init = {
    method,
    credentials: 'same-origin',
    cache: 'no-store',
    redirect: 'error',
    signal: AbortSignal.timeout(patience),
  };
  if (body !== undefined) {
    init.headers = { 'content-type': 'application/json' };
    init.body = JSON.stringify(body);
  }
  let answer;
  let text;
  try {
    answer = await fetch(path, init);
    text = await answer.text();
  } catch {
    throw new Problem(0, 'The server does not answer.', 'Check that it runs and that this device is connected.');
  }
  const content = parsed(text);
  if (answer.ok) return content;
  const said = content?.error;
  throw new Problem(
    answer.status,
    said?.message ? sentence(said.message) : `The server answered with status ${answer.status}.`,
    said?.hint ? sentence(said.hint) : '',
  );
}

/** @param {string} text */
function parsed(text) {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** @param {string} text */
function sentence(text) {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(first) ? first : `${first}.`;
}

/** @param {string} org */
const ofOrg = (org) => `/api/orgs/${encodeURIComponent(org)}`;

/**
 * Who is signed in.
 * @returns {Promise<SignedIn>}
 */
export const who = () => request('GET', '/api/login', undefined, 6_000);

/**
 * @param {string} token
 * @returns {Promise<SignedIn>}
 */
export const login = (token) => request('POST', '/api/login', { token });

/** @returns {Promise<void>} */
export const logout = () => request('POST', '/api/logout');

/** Names of vendors for people; those that are not here are written as the server writes them. @type {Record<string, string>} */
const VENDORS = {
  acuity: 'Acuity',
  builtin: 'The built-in calendar',
  calcom: 'Cal.com',
  caldav: 'The CalDAV calendar',
  calendly: 'Calendly',
  customerconnect: 'CustomerConnect',
  google: 'Google Calendar',
  opentable: 'OpenTable',
  square: 'Square',
};

/** The customer directory, which is among the connections and books nothing. */
const DIRECTORY = 'customerconnect';

/**
 * Connections that do not work, or will not for long, in words; and where they are connected again, if that is the way.
 * @returns {Promise<{org: string, words: string, link: string | null}[]>}
 */
export async function connectionTroubles() {
  const answer = await request('GET', '/api/circuit-breaker/status?limit=10000');
  return answer.items.flatMap((/** @type {any} */ item) => {
    if (item.status === 'disconnected') return [];
    const name = VENDORS[item.provider] ?? item.provider;
    const line = (/** @type {string} */ words, /** @type {string | null} */ link = null) => ({ org: item.org, words: sentence(words), link });
    // One that refuses its key is left alone as well: what there is to do comes before that.
    if (item.provider === DIRECTORY && item.problem) {
      return [line(`${sentence(`${name}: ${item.problem}`)} Calls go on without customer history`)];
    }
    const warned = item.warning ? [line(`${name}: ${item.warning}`, item.reconnect_url)] : [];
    if (item.status === 'error' && warned.length > 0) return warned;
    if (item.state !== 'closed') return [line(`${name} does not answer and is left alone for a while`), ...warned];
    if (item.problem) return [line(`${name}: ${item.problem}`), ...warned];
    return warned;
  });
}

/**
 * The orgs that one may see, with the names of their services.
 * @returns {Promise<Org[]>}
 */
export async function orgs() {
  const answer = await request('GET', '/api/orgs?limit=10000');
  return answer.items.map((/** @type {any} */ item) => ({
    id: item.id,
    name: item.name,
    timezone: item.timezone,
    services: new Map((item.services ?? []).map((/** @type {any} */ s) => [s.id, s.name])),
  }));
}

/**
 * Bookings of an org; times are RFC 3339.
 * @param {string} org
 * @param {{from?: string, to?: string, made_from?: string}} which
 * @returns {Promise<Booking[]>}
 */
export async function bookings(org, which) {
  const query = new URLSearchParams({ ...which, limit: '500' });
  return (await request('GET', `${ofOrg(org)}/bookings?${query}`)).items;
}

/**
 * Calls that are over, newest first.
 * @param {string} org
 * @param {number} limit
 * @returns {Promise<CallRecord[]>}
 */
export async function endedCalls(org, limit) {
  return (await request('GET', `${ofOrg(org)}/calls?state=ended&limit=${limit}`)).items;
}

/**
 * @param {string} org
 * @param {string} call
 * @returns {Promise<CallRecord>}
 */
export const call = (org, call) => request('GET', `${ofOrg(org)}/calls/${encodeURIComponent(call)}`);

/**
 * Everything that happened in a call.
 * @param {string} org
 * @param {string} call
 * @returns {Promise<StoredEvent[]>}
 */
export async function callEvents(org, call) {
  return (await request('GET', `${ofOrg(org)}/calls/${encodeURIComponent(call)}/events`)).items;
}
