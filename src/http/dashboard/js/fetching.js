// Lists per org that are fetched when they may have changed: soon, but not for every event, and never many at once.

/** @import { Org } from './types.js' */

import { Problem } from './api.js';

/** Events come in bursts; one look after them is enough. Milliseconds. */
const SETTLE = 400;

/** Requests at once, over all lists. */
const AT_ONCE = 4;

let running = 0;

/** @type {(() => Promise<void>)[]} */
const queue = [];

/** @param {() => Promise<void>} work */
function enqueue(work) {
  queue.push(work);
  drain();
}

function drain() {
  while (running < AT_ONCE) {
    const work = queue.shift();
    if (!work) return;
    running += 1;
    work().finally(() => {
      running -= 1;
      drain();
    });
  }
}

/**
 * @template T
 */
export class Lists {
  /**
   * @param {(org: Org) => Promise<T>} load
   * @param {() => void} changed
   */
  constructor(load, changed) {
    this.load = load;
    this.changed = changed;
    /** @type {Map<string, Org>} */
    this.orgs = new Map();
    /** What is known, by org. @type {Map<string, T>} */
    this.known = new Map();
    /** What went wrong last, in words, by org. @type {Map<string, string>} */
    this.problems = new Map();
    /** @type {Map<string, ReturnType<typeof setTimeout>>} */
    this.waiting = new Map();
    /** Changes when everything is forgotten, so that late answers are dropped. */
    this.age = 0;
  }

  /** @param {Org[]} orgs */
  follow(orgs) {
    const before = this.orgs;
    this.orgs = new Map(orgs.map((org) => [org.id, org]));
    for (const id of before.keys()) {
      if (!this.orgs.has(id)) {
        this.known.delete(id);
        this.problems.delete(id);
      }
    }
    for (const id of this.orgs.keys()) if (!this.known.has(id)) this.stale(id, 0);
  }

  clear() {
    this.age += 1;
    for (const timer of this.waiting.values()) clearTimeout(timer);
    this.waiting.clear();
    this.orgs.clear();
    this.known.clear();
    this.problems.clear();
  }

  /**
   * What is known of an org may no longer be so.
   * @param {string} id
   * @param {number} [settle] Milliseconds to wait for more of the same.
   */
  stale(id, settle = SETTLE) {
    if (this.waiting.has(id) || !this.orgs.has(id)) return;
    const timer = setTimeout(() => {
      this.waiting.delete(id);
      enqueue(() => this.#fetch(id));
    }, settle);
    this.waiting.set(id, timer);
  }

  /** @param {string} id */
  async #fetch(id) {
    const [age, org] = [this.age, this.orgs.get(id)];
    if (!org) return;
    try {
      const found = await this.load(org);
      if (age !== this.age) return;
      this.known.set(id, found);
      this.problems.delete(id);
    } catch (problem) {
      if (age !== this.age) return;
      this.problems.set(id, problem instanceof Problem ? problem.message : 'It could not be loaded.');
      if (!(problem instanceof Problem && problem.status < 500 && problem.status > 0)) this.stale(id, 5_000);
    }
    this.changed();
  }
}
