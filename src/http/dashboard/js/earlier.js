// Calls of today that are over, newest first.

/** @import { CallRecord, Org } from './types.js' */

import * as api from './api.js';
import * as clock from './clock.js';
import { Lists } from './fetching.js';
import { isoDay } from './time.js';

/** Calls that are fetched of each org, and shown at all. */
const MOST = 40;

export class Earlier {
  /** @param {() => void} changed */
  constructor(changed) {
    /** @type {Lists<CallRecord[]>} */
    this.lists = new Lists((org) => api.endedCalls(org.id, MOST), changed);
    this.changed = changed;
    this.days = '';
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

  /** At midnight, yesterday's calls leave. */
  everyMinute() {
    const days = [...this.lists.orgs.values()].map((org) => isoDay(clock.running(), org.timezone)).join();
    if (days !== this.days) this.changed();
    this.days = days;
  }

  /**
   * @param {(org: string) => boolean} shows
   * @returns {CallRecord[]}
   */
  list(shows) {
    const now = clock.running();
    const found = [];
    for (const [id, calls] of this.lists.known) {
      const org = this.lists.orgs.get(id);
      if (!org || !shows(id)) continue;
      const today = isoDay(now, org.timezone);
      found.push(...calls.filter((call) => isoDay(call.ended_at ?? call.started_at, org.timezone) === today));
    }
    const ended = (/** @type {CallRecord} */ call) => Date.parse(call.ended_at ?? call.started_at);
    return found.sort((a, b) => ended(b) - ended(a)).slice(0, MOST);
  }
}
