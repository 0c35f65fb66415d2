// Calls of today that are over.

/** @import { CallRecord } from '../js/types.js' */

import { h, reconcile, setAttribute, setText, show } from '../js/dom.js';
import { callKey } from '../js/feed.js';
import { callLink } from '../js/router.js';
import { store } from '../js/store.js';
import { clockTime, timer } from '../js/time.js';
import { callerName, endWord, outcome } from '../js/words.js';
import { PageElement } from './base.js';

class EarlierList extends PageElement {
  build() {
    /** @type {Map<string, HTMLLIElement>} */
    this.elements = new Map();
    this.list = h('ol', { class: 'earlier-list', 'aria-label': 'Earlier today' });
    this.section = h('section', { class: 'panel', hidden: true }, h('h2', {}, 'Earlier today'), this.list);
    this.append(this.section);
  }

  listen() {
    this.updateOn('earlier', 'bookings', 'filter', 'orgs');
  }

  update() {
    const { list, elements, section } = this;
    if (!list || !elements || !section) return;
    const calls = store.earlier
      .list((org) => store.shows(org))
      .filter((call) => !store.ended.has(key(call)) && !store.feed.calls.has(key(call)));
    show(section, calls.length > 0);
    reconcile(list, calls, elements, key, make, patch);
  }
}

/** @param {CallRecord} call */
const key = (call) => callKey(call.org, call.call_id);

/** @param {CallRecord} call */
function make(call) {
  return h('li', { class: 'earlier-row', 'data-call': call.call_id },
    h('span', { class: 'at' }),
    h('span', { class: 'who' }, h('a', { class: 'call-name', dir: 'auto', href: callLink(call.org, call.call_id) }), h('span', { class: 'org', dir: 'auto' })),
    h('span', { class: 'outcome' }),
    h('span', { class: 'why' }),
    h('span', { class: 'length' }));
}

/**
 * @param {HTMLLIElement} element
 * @param {CallRecord} call
 */
function patch(element, call) {
  const [at, who, result, why, length] = /** @type {HTMLElement[]} */ ([...element.children]);
  const [name, org] = /** @type {HTMLElement[]} */ ([...(who?.children ?? [])]);
  if (!at || !name || !org || !result || !why || !length) return;
  const bookings = store.bookings.ofCall(call.org, call.call_id);
  const came = outcome({ attempts: 0, bookings }, call.ended_reason);
  setText(at, clockTime(call.ended_at ?? call.started_at, store.zone(call.org)));
  setText(name, callerName({ ...call, bookings }));
  show(org, store.several);
  setText(org, store.orgName(call.org));
  setText(result, came.text);
  setAttribute(result, 'class', `outcome ${came.tone}`);
  setText(why, endWord(call.ended_reason));
  setText(length, call.ended_at ? timer(Date.parse(call.ended_at) - Date.parse(call.started_at)) : '');
}

customElements.define('hs-earlier-list', EarlierList);
