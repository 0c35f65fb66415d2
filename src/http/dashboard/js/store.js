// Everything the page knows, in one place. Owns what is kept and for how long, asks the server for what the
// feed does not bring, and tells the elements what changed, at most once a frame.

/** @import { CallRecord, CallState, EventFrame, Frame, Org, SignedIn } from './types.js' */
/** @import { LinkState } from './connection.js' */

import * as api from './api.js';
import * as clock from './clock.js';
import { Bookings } from './bookings.js';
import { Connection } from './connection.js';
import { Earlier } from './earlier.js';
import { callKey, createFeed, fold, retain } from './feed.js';
import { Troubles } from './troubles.js';

/** How long a call that has ended stays among the live ones, milliseconds. */
export const STAYS = 60_000;

/** Minutes after which the orgs are read again, and the cookie's time begins anew. */
const LOOK_AGAIN = 5;
const RENEW = 360;

/** Ended calls that are kept at once; a wall runs for weeks. */
const MOST_ENDED = 300;

/** More calls than this change the page at most every so many milliseconds. */
const CROWD = 40;
const CROWDED = 200;

/** @typedef {'session' | 'orgs' | 'calls' | 'bookings' | 'earlier' | 'link' | 'filter' | 'troubles'} Topic */

/** @typedef {{call: CallState, reason: string | null, at: number, leaves: number}} Ended */

/** @type {Map<Topic, Set<() => void>>} */
const listeners = new Map();

/** @type {Set<(frame: EventFrame) => void>} */
const eventListeners = new Set();

/** @type {Set<Topic>} */
const touched = new Set();

let scheduled = false;

class Store {
  constructor() {
    /** @type {SignedIn | null} */
    this.session = null;
    /** Whether the server has said who is signed in, if anybody. */
    this.asked = false;
    /** Why one is back at the sign-in, in words. */
    this.farewell = '';
    /** @type {Map<string, Org>} */
    this.orgs = new Map();
    this.orgsKnown = false;
    this.feed = createFeed();
    /** Calls that have just ended, by key. @type {Map<string, Ended>} */
    this.ended = new Map();
    /** The org that is looked at; empty for all. */
    this.filter = '';
    /** @type {{state: LinkState, since: number}} */
    this.link = { state: 'connecting', since: 0 };
    this.bookings = new Bookings(() => this.touch('bookings'));
    this.earlier = new Earlier(() => this.touch('earlier'));
    this.troubles = new Troubles(() => this.touch('troubles'));
    /** @type {Connection | null} */
    this.connection = null;
    /** Orgs of which this connection has brought news. @type {Set<string>} */
    this.seen = new Set();
    this.minute = 0;
  }

  /**
   * Calls `listener` when something of `topic` changed; gives what ends that.
   * @param {Topic} topic
   * @param {() => void} listener
   */
  on(topic, listener) {
    const all = listeners.get(topic) ?? new Set();
    listeners.set(topic, all.add(listener));
    return () => void all.delete(listener);
  }

  /**
   * Calls `listener` with every event of the feed.
   * @param {(frame: EventFrame) => void} listener
   */
  onEvent(listener) {
    eventListeners.add(listener);
    return () => void eventListeners.delete(listener);
  }

  /** @param {Topic} topic */
  touch(topic) {
    touched.add(topic);
    if (scheduled) return;
    scheduled = true;
    let done = false;
    const flush = () => {
      if (done) return;
      done = true;
      scheduled = false;
      const topics = [...touched];
      touched.clear();
      for (const name of topics) for (const listener of listeners.get(name) ?? []) listener();
    };
    // Of hundreds of calls something changes all the time; nobody can read that faster.
    if (this.feed.calls.size > CROWD) setTimeout(flush, CROWDED);
    else if (document.visibilityState === 'visible') requestAnimationFrame(flush);
    // A page in the background paints nothing, but its title is still read.
    setTimeout(flush, 250);
  }

  /**
   * Somebody has signed in.
   * @param {SignedIn} who
   */
  enter(who) {
    this.leave('');
    this.session = who;
    remember(true);
    clock.setServerTime(who.now);
    this.connection = new Connection({
      query: () => this.#query(),
      frame: (frame) => this.#take(frame),
      caughtUp: (pong) => this.#caughtUp(pong.now),
      state: (state) => this.#linked(state),
      known: (session) => {
        this.session = session;
        this.seen.clear();
      },
      refused: () => this.leave('You were signed out: the token has expired or was revoked.'),
    });
    this.loadOrgs();
    this.touch('session');
  }

  /**
   * Nobody is signed in any more; nothing of what was seen is kept.
   * @param {string} why In words; empty if no reason need be given.
   * @param {boolean} [cookieStays] Whether the browser still has the cookie.
   */
  leave(why, cookieStays = false) {
    this.connection?.close();
    this.connection = null;
    if (this.session && !cookieStays) remember(false);
    this.session = null;
    this.asked = true;
    this.farewell = why;
    this.orgs = new Map();
    this.orgsKnown = false;
    this.feed = createFeed();
    this.ended.clear();
    this.bookings.clear();
    this.earlier.clear();
    this.troubles.clear();
    this.seen.clear();
    this.link = { state: 'connecting', since: 0 };
    clock.go();
    for (const topic of /** @type {Topic[]} */ (['session', 'orgs', 'calls', 'link'])) this.touch(topic);
  }

  /** Only a feed of one org can be taken up where it was. */
  #query() {
    const org = this.session?.org;
    if (!org) return '';
    const at = this.feed.orgs.get(org);
    const query = new URLSearchParams({ org });
    if (at?.epoch) {
      query.set('since', `${at.epoch}:${at.seq}`);
      // Being told nothing then means that nothing has changed.
      this.seen.add(org);
    }
    return query.toString();
  }

  /** @param {Frame} frame */
  #take(frame) {
    if (frame.type === 'notice') {
      // What was changed in a provider's own calendar is in no call's events.
      if (frame.booking_id !== null) this.bookings.stale(frame.org);
      this.troubles.take(frame);
      return;
    }
    const change = fold(this.feed, frame);
    if (frame.type === 'snapshot') {
      this.seen.add(frame.org);
      if (!this.orgs.has(frame.org)) this.loadOrgs();
      for (const call of change.missing) this.#lookAfter(call);
      for (const call of frame.calls) this.ended.delete(callKey(frame.org, call.call_id));
    }
    if (change.touched.length > 0) this.touch('calls');
    if (change.ended) {
      this.#keepEnded(change.ended, change.event?.event['reason'] ?? null, change.event?.at ?? null);
    }
    const event = change.event;
    if (!event) return;
    if (event.event.type === 'call_ended') this.earlier.stale(event.org);
    this.#better(event);
    if (event.event.type.startsWith('booking_')) this.bookings.stale(event.org);
    for (const listener of eventListeners) listener(event);
  }

  /**
   * News of a call that is over: why it ended may be known better later, and a booking may still be settled.
   * @param {EventFrame} frame
   */
  #better(frame) {
    const key = callKey(frame.org, frame.call_id);
    const ended = this.ended.get(key);
    if (!ended) return;
    ended.call = { ...ended.call, ...frame.state };
    if (frame.event.type === 'call_ended') ended.reason = frame.event.reason ?? ended.reason;
    this.touch('calls');
  }

  /**
   * @param {CallState} call
   * @param {string | null} reason
   * @param {string | null} at
   */
  #keepEnded(call, reason, at) {
    const ended = at ? Date.parse(at) : clock.running();
    this.earlier.stale(call.org);
    // One that ended long ago, while nobody listened, belongs to what was earlier.
    const stays = Math.min(STAYS, STAYS - (clock.running() - ended));
    if (stays <= 0) return;
    const leaves = performance.now() + stays;
    this.ended.set(callKey(call.org, call.call_id), { call: { ...call, status: 'ended' }, reason, at: ended, leaves });
    for (const key of this.ended.keys()) {
      if (this.ended.size <= MOST_ENDED) break;
      this.ended.delete(key);
    }
  }

  /**
   * A call that was live is not in the new snapshot. It has ended while nobody listened, or it sleeps.
   * @param {CallState} call
   */
  async #lookAfter(call) {
    try {
      const record = await api.call(call.org, call.call_id);
      if (record.ended_at && this.session) {
        this.#keepEnded(record.state ?? call, record.ended_reason, record.ended_at);
        this.touch('calls');
      }
    } catch {
      // It is not there to be shown, then.
    }
  }

  /** @param {string} now */
  #caughtUp(now) {
    clock.setServerTime(now);
    clock.go();
    if (this.link.state === 'live') return;
    // What this connection did not mention is no longer ours to see.
    retain(this.feed, (org) => this.seen.has(org));
    this.touch('calls');
    for (const org of this.orgs.keys()) {
      this.bookings.stale(org);
      this.earlier.stale(org);
    }
  }

  /** @param {LinkState} state */
  #linked(state) {
    const wasLive = this.link.state === 'live';
    // What was heard last is how old things are, not when the silence was noticed.
    const silent = this.connection ? performance.now() - this.connection.heard : 0;
    if (state !== 'live') clock.stop(wasLive ? silent : 0);
    this.link = { state, since: wasLive || this.link.since === 0 ? clock.now() : this.link.since };
    this.touch('link');
  }

  async loadOrgs() {
    const asked = this.session;
    try {
      const orgs = await api.orgs();
      if (this.session?.name !== asked?.name) return;
      this.orgs = new Map(orgs.map((org) => [org.id, org]));
      this.orgsKnown = true;
      if (this.filter && !this.orgs.has(this.filter)) this.filter = '';
      this.bookings.follow(orgs);
      this.earlier.follow(orgs);
      this.troubles.ask();
      this.touch('orgs');
      this.touch('calls');
    } catch (problem) {
      if (problem instanceof api.Problem && problem.status === 401) return;
      setTimeout(() => this.session && !this.orgsKnown && this.loadOrgs(), 3_000);
    }
  }

  /** @param {string} org Empty for all. */
  setFilter(org) {
    this.filter = org;
    for (const topic of /** @type {Topic[]} */ (['filter', 'calls', 'bookings', 'earlier'])) this.touch(topic);
  }

  /** Once a second: calls leave that ended a while ago, days change. */
  tick() {
    const now = performance.now();
    for (const [key, ended] of this.ended) {
      if (ended.leaves > now) continue;
      this.ended.delete(key);
      this.touch('calls');
      this.touch('earlier');
    }
    this.troubles.tick();
    const minute = Math.floor(clock.running() / 60_000);
    if (minute !== this.minute && this.link.state === 'live') {
      this.minute = minute;
      this.bookings.everyMinute();
      this.earlier.everyMinute();
      this.troubles.ask();
      // Settings change, orgs come and go; none of it is on the feed.
      if (minute % LOOK_AGAIN === 0) this.loadOrgs();
      // A wall that never loses its connection would lose its cookie.
      if (minute % RENEW === 0) api.who().catch(() => {});
    }
  }

  /** @param {string} org */
  orgName(org) {
    return this.orgs.get(org)?.name ?? (this.orgsKnown ? 'Unknown organisation' : '');
  }

  /** @param {string} org */
  zone(org) {
    return this.orgs.get(org)?.timezone ?? '';
  }

  /**
   * @param {string} org
   * @param {string | null} service
   */
  serviceName(org, service) {
    return (service && this.orgs.get(org)?.services.get(service)) || service || '';
  }

  /** Whether more than one org is shown at once, so that each thing should say whose it is. */
  get several() {
    return this.orgs.size > 1 && !this.filter;
  }

  /** @param {string} org */
  shows(org) {
    return !this.filter || this.filter === org;
  }

  /** Live calls that are looked at. */
  liveCalls() {
    return [...this.feed.calls.values()].filter((call) => this.shows(call.org));
  }
}

export const store = new Store();

/** Says that there may be a cookie, which no script can see. It is no secret, and nothing depends on it being true. */
const MAY_BE = 'hookswitch.in';

/** @param {boolean} is */
function remember(is) {
  try {
    if (is) localStorage.setItem(MAY_BE, '1');
    else localStorage.removeItem(MAY_BE);
  } catch {
    // Then the server is asked each time.
  }
}

/** Whether it is worth asking the server who is signed in. */
export function mayBeSignedIn() {
  try {
    return localStorage.getItem(MAY_BE) !== null;
  } catch {
    return true;
  }
}
