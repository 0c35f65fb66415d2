// One call: what is said and done in it, as it happens, and what is known of it. Works the same when it is over.

/** @import { CallRecord, CallState, StoredEvent } from '../js/types.js' */

import * as api from '../js/api.js';
import { now } from '../js/clock.js';
import { h, icon, setAttribute, setText, show } from '../js/dom.js';
import { callKey } from '../js/feed.js';
import { ICONS } from '../js/icons.js';
import { route } from '../js/router.js';
import { store } from '../js/store.js';
import { cityOf, clockTime, day, foreignZone, timer } from '../js/time.js';
import { MOST_ITEMS, itemsOf } from '../js/timeline.js';
import { callerName, endWord, outcome, phone, statusWord, toolRunning } from '../js/words.js';
import { PageElement } from './base.js';
import { Context } from './context-panel.js';
import { chip, empty } from './parts.js';
import { Timeline } from './timeline.js';

/** So near to the end, one reads along. Pixels. */
const NEAR = 120;

class CallPage extends PageElement {
  build() {
    /** @type {{org: string, call: string} | null} */
    this.of = null;
    /** @type {Map<number, StoredEvent>} */
    this.events = new Map();
    /** @type {CallRecord | null} */
    this.record = null;
    this.loaded = false;
    this.problem = '';
    this.name = h('h1', { tabindex: '-1', dir: 'auto' });
    this.chip = h('span', { class: 'call-chip' });
    this.timer = h('span', { class: 'timer' });
    this.facts = h('p', { class: 'subtitle' });
    this.summary = h('p', { class: 'summary', hidden: true });
    this.timeline = new Timeline();
    this.context = new Context();
    this.nothing = h('div', { hidden: true });
    this.latest = h('button', { class: 'latest', type: 'button', hidden: true, onclick: () => this.#toEnd() }, 'Latest');
    this.append(
      h('div', { class: 'page call-page' },
        h('a', { class: 'back', href: '#/' }, icon(ICONS.back), 'Live calls'),
        h('div', { class: 'page-head' },
          h('div', { class: 'head-words' }, h('div', { class: 'head-line' }, this.name, this.chip, this.timer), this.facts, this.summary)),
        h('div', { class: 'columns' },
          h('section', { class: 'column-main panel', 'aria-label': 'Conversation' }, h('h2', {}, 'Conversation'), this.nothing, this.timeline.element),
          h('aside', { class: 'column-side', 'aria-label': 'What is known of this call' }, this.context.element)),
        this.latest));
  }

  listen() {
    this.updateOn('calls', 'orgs', 'earlier', 'bookings');
    this.eachSecond(() => this.#tick());
    this.endings.push(store.onEvent((frame) => {
      if (frame.org !== this.of?.org || frame.call_id !== this.of.call || !this.events) return;
      this.events.set(frame.call_seq, { seq: frame.call_seq, at: frame.at, event: frame.event });
      this.#bound();
      this.#timeline();
      // Why it ended and what it cost is known a little later.
      if (frame.event.type === 'call_ended') this.#load();
    }));
    // After an outage some events were never seen.
    this.endings.push(store.on('link', () => {
      const live = store.link.state === 'live';
      if (live && this.lost) this.#load();
      this.lost = !live;
    }));
    const scrolled = () => this.#scrolled();
    // The list's own scrolling is heard here too, on its way down.
    addEventListener('scroll', scrolled, { passive: true, capture: true });
    this.endings.push(() => removeEventListener('scroll', scrolled, { capture: true }));
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.of = null;
  }

  update() {
    const to = route(location.hash);
    if (to.page !== 'call') return;
    if (to.org !== this.of?.org || to.call !== this.of.call) {
      this.of = { org: to.org, call: to.call };
      this.events = new Map();
      this.record = null;
      this.loaded = false;
      this.problem = '';
      this.pinned = true;
      this.timeline?.clear();
      this.#load();
      this.#timeline();
    }
    this.#show();
  }

  async #load() {
    const of = this.of;
    if (!of) return;
    try {
      const [record, events] = await Promise.all([api.call(of.org, of.call), api.callEvents(of.org, of.call)]);
      if (this.of !== of || !this.events) return;
      this.record = record;
      // What was kept replaces what was heard meanwhile: unfinished lines are not kept.
      for (const event of events) this.events.set(event.seq, event);
      this.#bound();
      this.problem = '';
    } catch (problem) {
      if (this.of !== of) return;
      const missing = problem instanceof api.Problem && problem.status === 404;
      this.problem = missing ? 'missing' : problem instanceof api.Problem ? problem.message : 'It could not be loaded.';
      if (!missing) setTimeout(() => this.of === of && this.#load(), 5_000);
    }
    this.loaded = true;
    this.#timeline();
    this.#show();
  }

  #bound() {
    if (!this.events || this.events.size <= MOST_ITEMS * 2) return;
    const kept = [...this.events].sort(([a], [b]) => a - b).slice(-MOST_ITEMS);
    this.events = new Map(kept);
  }

  /** @returns {{call: CallState, live: boolean, endedAt: number | null, reason: string | null} | null} */
  get state() {
    if (!this.of) return null;
    const key = callKey(this.of.org, this.of.call);
    const live = store.feed.calls.get(key);
    if (live) return { call: live, live: true, endedAt: null, reason: null };
    const ended = store.ended.get(key);
    const record = this.record;
    const reason = record?.ended_reason ?? ended?.reason ?? null;
    if (ended) return { call: ended.call, live: false, endedAt: ended.at, reason };
    if (!record) return null;
    return { call: stateOf(record), live: !record.ended_at, endedAt: record.ended_at ? Date.parse(record.ended_at) : null, reason };
  }

  #show() {
    const { state, name, chip: place, facts, nothing, summary, context, timeline } = this;
    if (!name || !place || !facts || !nothing || !summary || !context || !timeline || !this.of) return;
    const trouble = this.problem === 'missing' && !state ? 'missing' : !this.loaded && !state ? 'loading' : this.problem && !state ? 'problem' : '';
    show(nothing, trouble !== '');
    show(context.element, trouble === '');
    if (trouble !== '' && nothing.dataset['state'] !== trouble) {
      nothing.dataset['state'] = trouble;
      nothing.replaceChildren({
        missing: () => empty('There is no such call', 'It may belong to another organisation, or its data may be gone. ', h('a', { href: '#/' }, 'See the live calls')),
        loading: () => h('div', { class: 'empty waiting' }, h('span', { class: 'spinner' }), 'Loading…'),
        problem: () => empty('This call cannot be shown right now', `${this.problem} Trying again.`),
      }[/** @type {'missing' | 'loading' | 'problem'} */ (trouble)]());
    }
    if (!state) {
      setText(name, 'Call');
      setText(facts, '');
      return;
    }
    const { call, live, reason } = state;
    const zone = store.zone(call.org);
    const bookings = call.bookings.length > 0 ? call.bookings : store.bookings.ofCall(call.org, call.call_id);
    setText(name, callerName({ ...call, bookings }));
    const tool = call.tools_in_flight[0];
    const came = outcome({ attempts: call.attempts, bookings }, reason);
    const words = live ? (tool ? toolRunning(tool.name) : statusWord(call.status)) : came.text;
    const tone = live ? (tool ? 'info' : 'good') : came.tone;
    if (place.textContent !== words || place.dataset['tone'] !== tone) {
      place.dataset['tone'] = tone;
      place.replaceChildren(chip(tone, words));
    }
    setAttribute(place, 'data-live', live ? 'true' : null);
    const city = foreignZone(zone, now());
    const number = phone(call.caller.number ?? call.customer?.phone);
    setText(facts, [
      number && number !== callerName(call) ? number : call.caller.number ? '' : 'number withheld',
      call.direction === 'outbound' ? 'outbound' : call.direction === 'web' ? 'web call' : 'inbound',
      store.orgName(call.org),
      `${day(call.started_at, zone)}, ${clockTime(call.started_at, zone)}${city ? ` (${cityOf(zone)} time)` : ''}`,
      live ? '' : `ended because ${endWord(reason)}`,
    ].filter(Boolean).join(' · '));
    const told = this.record?.report?.summary ?? '';
    setText(summary, told);
    show(summary, told !== '');
    context.update(call, live, bookings);
    this.#tick();
  }

  #tick() {
    const state = this.state;
    if (!this.timer || !state) return;
    const began = Date.parse(state.call.started_at);
    setText(this.timer, timer((state.endedAt ?? now()) - began));
    this.context?.tick();
    this.timeline?.tick();
  }

  #timeline() {
    if (!this.events || !this.timeline || !this.of) return;
    const items = itemsOf(this.events);
    this.timeline.update(items, store.zone(this.of.org));
    if (this.pinned && this.state?.live) this.#toEnd();
    else if (this.latest && this.state?.live) show(this.latest, !this.#atEnd());
  }

  /** What scrolls: the conversation itself where there is room for it, else the page. */
  get scroller() {
    const list = this.timeline?.element;
    const own = list && getComputedStyle(list).overflowY === 'auto';
    return own ? list : document.documentElement;
  }

  #atEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR;
  }

  #scrolled() {
    this.pinned = this.#atEnd();
    if (this.pinned && this.latest) show(this.latest, false);
  }

  #toEnd() {
    const scroller = this.scroller;
    scroller.scrollTo({ top: scroller.scrollHeight });
    this.pinned = true;
    if (this.latest) show(this.latest, false);
  }
}

/**
 * A call that is neither live nor just over, from what was kept of it.
 * @param {CallRecord} record
 * @returns {CallState}
 */
function stateOf(record) {
  if (record.state) return record.state;
  return {
    call_id: record.call_id,
    org: record.org,
    status: record.ended_at ? 'ended' : 'in-progress',
    direction: record.direction,
    caller: record.caller,
    customer: null,
    started_at: record.started_at,
    today: '',
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

customElements.define('hs-call-page', CallPage);
