// Today's bookings of each org: those that were made today and those that take place today, by the org's own day.

/** @import { Booking, Org } from './types.js' */

import * as api from './api.js';
import * as clock from './clock.js';
import { Lists } from './fetching.js';
import { dayStart, isoDay } from './time.js';
import { bookingState } from './words.js';

/** Up to so many orgs are looked at each minute, for bookings that were made without a call. */
const WATCHED = 25;

/** @typedef {{day: string, made: Booking[], calendar: Booking[]}} Day */

/** What has to be settled comes first; in the calendar, what no longer takes place last. @type {Record<'made' | 'calendar', Record<string, number>>} */
const RANKS = {
  made: { unknown: 0, failed: 1, pending: 2, confirmed: 3, cancelled: 3 },
  calendar: { unknown: 0, failed: 1, pending: 2, confirmed: 3, cancelled: 4 },
};

/** @param {Org} org */
async function load(org) {
  const now = clock.running();
  const begins = new Date(dayStart(now, org.timezone)).toISOString();
  const ends = new Date(dayStart(now, org.timezone, 1)).toISOString();
  const [made, calendar] = await Promise.all([
    // What was made today starts today or later, which is quicker to find.
    api.bookings(org.id, { made_from: begins, from: begins }),
    api.bookings(org.id, { from: begins, to: ends }),
  ]);
  return { day: isoDay(now, org.timezone), made, calendar };
}

export class Bookings {
  /** @param {() => void} changed */
  constructor(changed) {
    /** @type {Lists<Day>} */
    this.lists = new Lists(load, changed);
  }

  /** @param {Org[]} orgs */
  follow(orgs) {
    this.lists.follow(orgs);
  }

  /** @param {string} org */
  stale(org) {
    this.lists.stale(org);
  }

  clear() {
    this.lists.clear();
  }

  everyMinute() {
    const all = this.lists.orgs.size <= WATCHED;
    for (const [id, org] of this.lists.orgs) {
      const known = this.lists.known.get(id);
      if (all || known?.day !== isoDay(clock.running(), org.timezone)) this.lists.stale(id);
    }
  }

  /**
   * @param {'made' | 'calendar'} which
   * @param {(org: string) => boolean} shows
   * @returns {{org: string, booking: Booking}[]}
   */
  list(which, shows) {
    const found = [];
    for (const [org, day] of this.lists.known) {
      if (shows(org)) found.push(...day[which].map((booking) => ({ org, booking })));
    }
    const place = (/** @type {Booking} */ booking) =>
      which === 'made' ? -Date.parse(booking.created_at) : Date.parse(booking.start);
    return found
      .map((entry) => ({ entry, rank: RANKS[which][bookingState(entry.booking)] ?? 5, place: place(entry.booking) }))
      .sort((a, b) => a.rank - b.rank || a.place - b.place)
      .map(({ entry }) => entry);
  }

  /**
   * Bookings made in a call today.
   * @param {string} org
   * @param {string} call
   */
  ofCall(org, call) {
    return (this.lists.known.get(org)?.made ?? []).filter((booking) => booking.call_id === call);
  }

  /** @param {(org: string) => boolean} shows */
  problem(shows) {
    for (const [org, problem] of this.lists.problems) if (shows(org)) return problem;
    return '';
  }

  /**
   * Whether everything that is to be shown has been fetched once.
   * @param {(org: string) => boolean} shows
   */
  ready(shows) {
    for (const org of this.lists.orgs.keys()) if (shows(org) && !this.lists.known.has(org)) return false;
    return true;
  }
}
