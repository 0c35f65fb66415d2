// The live calls. Owns their order, and that no row moves away under a pointer or the focus.

/** @import { CallState } from '../js/types.js' */
/** @import { Ended } from '../js/store.js' */

import { h, reconcile, setText, show } from '../js/dom.js';
import { callKey } from '../js/feed.js';
import { store } from '../js/store.js';
import { PageElement } from './base.js';
import { CallRow } from './call-row.js';
import { empty } from './parts.js';

/** A pointer that rests so long has been left there. Milliseconds. */
const RESTS = 15_000;

/** After the pointer has left, rows wait a moment before they move. */
const LEFT = 600;

/** Up to so many calls there is room for more of what is said; it is given up later than it is taken. */
const ROOMY = 4;
const CROWDED = 7;

/** More rows than that are put in place without gliding there. */
const GLIDES = 60;

/** @typedef {{key: string, call: CallState, ended: Ended | null, warned: number, began: number}} Entry */

class CallList extends PageElement {
  build() {
    /** @type {Map<string, CallRow>} */
    this.rows = new Map();
    /** @type {Map<string, HTMLLIElement>} */
    this.elements = new Map();
    /** @type {string[]} */
    this.order = [];
    this.touchedAt = -Infinity;
    this.inside = false;
    this.list = h('ol', { class: 'call-list', 'aria-label': 'Live calls' });
    this.nothing = h('div', { hidden: true });
    this.count = h('span', { class: 'heading-count' });
    this.append(
      h('h2', {}, 'Live calls', this.count),
      this.list, this.nothing);
    const touched = () => {
      this.inside = true;
      this.touchedAt = performance.now();
    };
    for (const event of ['pointermove', 'pointerdown', 'focusin', 'keydown']) this.list.addEventListener(event, touched, { passive: true });
    this.list.addEventListener('pointerleave', () => this.#left());
    this.list.addEventListener('focusout', () => this.#left());
    this.list.addEventListener('keydown', (event) => this.#key(event));
  }

  listen() {
    this.updateOn('calls', 'orgs', 'filter', 'link');
    this.eachSecond(() => this.#tick());
  }

  #left() {
    this.inside = false;
    setTimeout(() => this.isConnected && this.update(), LEFT);
  }

  get frozen() {
    return (this.inside ?? false) && performance.now() - (this.touchedAt ?? 0) < RESTS;
  }

  #tick() {
    for (const row of this.rows?.values() ?? []) row.tick();
    // A pointer that was left lying holds nothing up for good.
    if (this.inside && !this.frozen) {
      this.inside = false;
      this.update();
    }
  }

  update() {
    const { rows, elements, list } = this;
    if (!rows || !elements || !list) return;
    const entries = this.#entries();
    const places = this.#places();
    reconcile(list, entries, elements, (entry) => entry.key,
      (entry) => {
        const row = new CallRow(entry.call);
        rows.set(entry.key, row);
        return row.element;
      },
      (_, entry) => rows.get(entry.key)?.update(entry.call, entry.ended));
    for (const key of rows.keys()) if (!elements.has(key)) rows.delete(key);
    if (!this.frozen) {
      list.classList.add('settled');
      if (entries.length <= ROOMY) list.classList.add('roomy');
      else if (entries.length >= CROWDED) list.classList.remove('roomy');
    } else {
      list.classList.remove('settled');
    }
    this.#glide(places);
    const live = entries.filter((entry) => !entry.ended).length;
    if (this.count) setText(this.count, live > 0 ? String(live) : '');
    this.#empty(entries.length === 0);
  }

  /** @returns {Entry[]} */
  #entries() {
    /** @type {Map<string, Entry>} */
    const all = new Map();
    for (const [key, ended] of store.ended) {
      if (store.shows(ended.call.org)) all.set(key, entryOf(key, ended.call, ended));
    }
    for (const call of store.liveCalls()) {
      const key = callKey(call.org, call.call_id);
      all.set(key, entryOf(key, call, null));
    }
    if (this.frozen && this.order) {
      const known = new Set(this.order);
      const stay = this.order.flatMap((key) => all.get(key) ?? []);
      const fresh = [...all.values()].filter((entry) => !known.has(entry.key)).sort(byUrgency);
      const entries = [...stay, ...fresh];
      this.order = entries.map((entry) => entry.key);
      return entries;
    }
    const entries = [...all.values()].sort(byUrgency);
    this.order = entries.map((entry) => entry.key);
    return entries;
  }

  /** Where the rows are, if moving them should be seen. */
  #places() {
    const elements = this.elements;
    if (!elements || elements.size > GLIDES || matchMedia('(prefers-reduced-motion: reduce)').matches) return null;
    return new Map([...elements].map(([key, element]) => [key, element.offsetTop]));
  }

  /** @param {Map<string, number> | null} places */
  #glide(places) {
    if (!places || document.visibilityState !== 'visible') return;
    for (const [key, element] of this.elements ?? []) {
      const before = places.get(key);
      const moved = before === undefined ? 0 : before - element.offsetTop;
      if (Math.abs(moved) > 1) {
        element.animate([{ transform: `translateY(${moved}px)` }, { transform: 'none' }], { duration: 220, easing: 'ease-out' });
      }
    }
  }

  /** @param {boolean} is */
  #empty(is) {
    const { nothing, list } = this;
    if (!nothing || !list) return;
    show(list, !is);
    show(nothing, is);
    if (!is) return;
    const state = store.link.state === 'connecting' ? 'connecting' : store.orgsKnown && store.orgs.size === 0 ? 'none' : 'quiet';
    if (nothing.dataset['state'] === state) return;
    nothing.dataset['state'] = state;
    nothing.replaceChildren({
      connecting: () => h('div', { class: 'empty waiting' }, h('span', { class: 'spinner' }), 'Connecting…'),
      none: () => empty('No organisation yet',
        'Create one first, and give Vapi its webhook address: ', h('code', {}, 'hookswitch org apply FILE.toml')),
      quiet: () => empty('Nobody is on the line',
        'A call appears here by itself, the moment it begins. If somebody rings and nothing happens, ',
        h('code', {}, 'hookswitch doctor'), ' says what is missing.'),
    }[state]());
  }

  /** Up and down lead from call to call. @param {KeyboardEvent} event */
  #key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
    const links = [...(this.list?.querySelectorAll('a.call-name') ?? [])];
    const at = links.indexOf(/** @type {Element} */ (document.activeElement));
    const next = links[at + step];
    if (at < 0 || !(next instanceof HTMLElement)) return;
    event.preventDefault();
    next.focus();
  }
}

/**
 * @param {string} key
 * @param {CallState} call
 * @param {Ended | null} ended
 * @returns {Entry}
 */
const entryOf = (key, call, ended) =>
  ({ key, call, ended, warned: call.warnings.length > 0 ? 0 : 1, began: Date.parse(call.started_at) });

/**
 * Warnings first, then whoever is on the line longest; a call that ends keeps its place.
 * @param {Entry} a
 * @param {Entry} b
 */
const byUrgency = (a, b) => a.warned - b.warned || a.began - b.began || (a.key < b.key ? -1 : 1);

customElements.define('hs-call-list', CallList);
