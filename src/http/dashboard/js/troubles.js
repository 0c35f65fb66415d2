// Connections that do not work, and what was lately said about bookings that somebody has to see to. Owns how long
// that is shown; asks the server for what lasts and takes from the feed what only passes.

/** @import { NoticeFrame } from './types.js' */

import * as api from './api.js';

/** How long a warning that only the feed brought stays, milliseconds. */
const STAYS = 600_000;

/** Warnings that are kept at once. */
const MOST = 20;

/** `link` is where it is put right. @typedef {{org: string, words: string, link: string | null}} Trouble */

export class Troubles {
  /** @param {() => void} changed */
  constructor(changed) {
    this.changed = changed;
    /** @type {Trouble[]} */
    this.connections = [];
    /** @type {(Trouble & {leaves: number})[]} */
    this.warnings = [];
    this.asking = false;
    this.asksAgain = false;
  }

  clear() {
    this.connections = [];
    this.warnings = [];
    this.changed();
  }

  /** Asks which connections do not work. */
  async ask() {
    // What is on its way may be of before what has just been said.
    if (this.asking) {
      this.asksAgain = true;
      return;
    }
    this.asking = true;
    try {
      const found = await api.connectionTroubles();
      if (JSON.stringify(found) !== JSON.stringify(this.connections)) {
        this.connections = found;
        this.changed();
      }
    } catch {
      // Asked again within a minute; that the server cannot be reached is said elsewhere.
    } finally {
      this.asking = false;
    }
    if (!this.asksAgain) return;
    this.asksAgain = false;
    await this.ask();
  }

  /** @param {NoticeFrame} notice */
  take(notice) {
    const lasts = notice.connection_id !== null || notice.code.startsWith('directory_');
    if (lasts && notice.booking_id === null) this.ask();
    else if (notice.warning) {
      this.warnings.push({ org: notice.org, words: notice.message, link: null, leaves: performance.now() + STAYS });
      this.warnings.splice(0, this.warnings.length - MOST);
      this.changed();
    }
  }

  tick() {
    const now = performance.now();
    const left = this.warnings.filter((warning) => warning.leaves > now);
    if (left.length === this.warnings.length) return;
    this.warnings = left;
    this.changed();
  }

  /**
   * @param {(org: string) => boolean} shows
   * @returns {Trouble[]}
   */
  list(shows) {
    return [...this.connections, ...this.warnings].filter((trouble) => shows(trouble.org));
  }
}
