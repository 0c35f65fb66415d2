// The four numbers at the top.

import { now } from '../js/clock.js';
import { h, setAttribute, setText } from '../js/dom.js';
import { store } from '../js/store.js';
import { timer } from '../js/time.js';
import { bookingState, count } from '../js/words.js';
import { PageElement } from './base.js';

class Counts extends PageElement {
  build() {
    this.live = number('Live calls', 'live');
    this.made = number('Booked today', 'made', '#/bookings');
    this.open = number('Pending or unknown', 'open', '#/bookings');
    this.warned = number('Warnings', 'warned');
    this.append(h('dl', { class: 'counts' }, this.live.box, this.made.box, this.open.box, this.warned.box));
  }

  listen() {
    for (const topic of /** @type {const} */ (['calls', 'filter', 'orgs'])) this.endings.push(store.on(topic, () => this.#calls()));
    for (const topic of /** @type {const} */ (['bookings', 'filter', 'orgs'])) this.endings.push(store.on(topic, () => this.#bookings()));
    this.eachSecond(() => this.#calls());
  }

  update() {
    this.#calls();
    this.#bookings();
  }

  #calls() {
    const { live, warned } = this;
    if (!live || !warned) return;
    const calls = store.liveCalls();
    const longest = Math.max(0, ...calls.map((call) => now() - Date.parse(call.started_at)));
    live.set(calls.length, calls.length > 0 ? `longest ${timer(longest)}` : 'nobody on the line');
    const warnings = calls.reduce((sum, call) => sum + call.warnings.length, 0);
    const callsWarned = calls.filter((call) => call.warnings.length > 0).length;
    warned.set(warnings, warnings > 0 ? `in ${count(callsWarned, 'call')}` : 'all is well');
    setAttribute(warned.box, 'data-tone', warnings > 0 ? 'warn' : null);
  }

  #bookings() {
    const { made, open } = this;
    if (!made || !open) return;
    const shows = (/** @type {string} */ org) => store.shows(org);
    const today = store.bookings.list('made', shows);
    const off = today.filter(({ booking }) => ['cancelled', 'failed'].includes(bookingState(booking))).length;
    const waiting = new Set();
    for (const { booking } of [...today, ...store.bookings.list('calendar', shows)]) {
      if (['pending', 'unknown'].includes(bookingState(booking))) waiting.add(booking.id);
    }
    const ready = store.bookings.ready(shows);
    const words = off > 0 ? `and ${off} cancelled` : 'by phone and by hand';
    made.set(ready ? today.length - off : null, store.bookings.problem(shows) ? 'could not be loaded' : words);
    open.set(ready ? waiting.size : null, waiting.size > 0 ? 'to be settled' : 'everything is settled');
    setAttribute(open.box, 'data-tone', waiting.size > 0 ? 'warn' : null);
  }
}

/**
 * @param {string} name
 * @param {string} id
 * @param {string} [link] Where it leads.
 */
function number(name, id, link) {
  const value = h('span', { class: 'count-value' }, '–');
  const hint = h('span', { class: 'count-hint' });
  const label = link ? h('a', { href: link }, name) : name;
  const box = h('div', { class: 'count', 'data-count': id }, h('dt', {}, label), h('dd', {}, value, hint));
  return {
    box,
    /**
     * @param {number | null} to Nothing if it is not known.
     * @param {string} words
     */
    set(to, words) {
      setText(value, to === null ? '–' : String(to));
      setText(hint, words);
    },
  };
}

customElements.define('hs-counts', Counts);
