// Folds the feed's frames into the live calls. Pure: no clock, no network, no page; what follows from a
// frame is given back, so that it can be tested without a browser.

/** @import { CallState, EventFrame, Frame, SnapshotFrame } from './types.js' */

/**
 * @typedef {object} Feed
 * @property {Map<string, {epoch: string, seq: number}>} orgs Where each org's feed stands.
 * @property {Map<string, CallState>} calls Live calls by key.
 * @property {Map<string, ToolDone>} lastTools The tool that ended last in each live call: most take too short to be seen running.
 */

/** @typedef {{name: string, success: boolean, duration_ms: number, at: string}} ToolDone */

/**
 * What a frame changed.
 * @typedef {object} Change
 * @property {string[]} touched Keys of calls that are new or different.
 * @property {CallState[]} missing Calls that were live and are not in a new snapshot: ended meanwhile, or asleep.
 * @property {CallState | null} ended The call that has just ended, as it was at its end.
 * @property {EventFrame | null} event The event, if it was news.
 */

/** @returns {Feed} */
export function createFeed() {
  return { orgs: new Map(), calls: new Map(), lastTools: new Map() };
}

/**
 * Call ids are only unique within an org.
 * @param {string} org
 * @param {string} call
 */
export const callKey = (org, call) => `${org}/${call}`;

/**
 * A call of which nothing is known yet.
 * @param {string} org
 * @param {string} call
 * @param {string} at
 * @returns {CallState}
 */
function blank(org, call, at) {
  return {
    call_id: call,
    org,
    status: 'in-progress',
    direction: 'inbound',
    caller: { number: null, name: null },
    customer: null,
    started_at: at,
    today: at.slice(0, 10),
    offered_slots: [],
    held_slot: null,
    bookings: [],
    attempts: 0,
    tools_in_flight: [],
    transcript_tail: [],
    warnings: [],
    watchers: [],
    controller: null,
    transfer: null,
  };
}

/**
 * Folds a frame in. Doing it twice does no harm.
 * @param {Feed} feed Is changed.
 * @param {Frame} frame
 * @returns {Change}
 */
export function fold(feed, frame) {
  switch (frame.type) {
    case 'snapshot':
      return foldSnapshot(feed, frame);
    case 'event':
      return foldEvent(feed, frame);
    default:
      return { touched: [], missing: [], ended: null, event: null };
  }
}

/**
 * @param {Feed} feed
 * @param {SnapshotFrame} frame
 * @returns {Change}
 */
function foldSnapshot(feed, frame) {
  feed.orgs.set(frame.org, { epoch: frame.epoch, seq: frame.seq });
  const gone = new Map([...feed.calls].filter(([, call]) => call.org === frame.org));
  const touched = [];
  for (const call of frame.calls) {
    const key = callKey(frame.org, call.call_id);
    gone.delete(key);
    feed.calls.set(key, { ...blank(frame.org, call.call_id, call.started_at), ...call });
    touched.push(key);
  }
  for (const key of gone.keys()) {
    feed.calls.delete(key);
    feed.lastTools.delete(key);
    touched.push(key);
  }
  return { touched, missing: [...gone.values()], ended: null, event: null };
}

/**
 * @param {Feed} feed
 * @param {EventFrame} frame
 * @returns {Change}
 */
function foldEvent(feed, frame) {
  const position = feed.orgs.get(frame.org);
  if (position && frame.seq <= position.seq) return { touched: [], missing: [], ended: null, event: null };
  feed.orgs.set(frame.org, { epoch: position?.epoch ?? '', seq: frame.seq });
  const key = callKey(frame.org, frame.call_id);
  const known = feed.calls.get(key);
  const call = { ...(known ?? blank(frame.org, frame.call_id, frame.at)), ...frame.state };
  if (call.status === 'ended') {
    // A call that is over may still have news, as of a tool that was running; it is no live call again.
    feed.calls.delete(key);
    feed.lastTools.delete(key);
    return { touched: known ? [key] : [], missing: [], ended: known ? call : null, event: frame };
  }
  feed.calls.set(key, call);
  if (frame.event.type === 'tool_finished') {
    const { name, success, duration_ms } = frame.event;
    feed.lastTools.set(key, { name, success, duration_ms, at: frame.at });
  }
  return { touched: [key], missing: [], ended: null, event: frame };
}

/**
 * Forgets orgs that one can no longer see.
 * @param {Feed} feed Is changed.
 * @param {(org: string) => boolean} keeps
 */
export function retain(feed, keeps) {
  for (const org of feed.orgs.keys()) if (!keeps(org)) feed.orgs.delete(org);
  for (const [key, call] of feed.calls) {
    if (keeps(call.org)) continue;
    feed.calls.delete(key);
    feed.lastTools.delete(key);
  }
}
