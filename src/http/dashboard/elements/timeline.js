// The timeline of one call: what was said and what was done, in order. Patches items that grow, adds new ones.

/** @import { Item } from '../js/timeline.js' */

import { now } from '../js/clock.js';
import { h, icon, reconcile, setText } from '../js/dom.js';
import { ICONS } from '../js/icons.js';
import { exactTime, timer, took } from '../js/time.js';
import { appointment, endWord, isCaller, speakerWord, statusWord, toolDone, toolRunning } from '../js/words.js';
import { bookingLine, foreign } from './parts.js';

/** A tool has to answer within so many milliseconds; the bars are drawn against it. */
const DEADLINE = 5_500;

export class Timeline {
  constructor() {
    /** @type {Map<string, HTMLLIElement>} */
    this.elements = new Map();
    /** @type {Map<string, Item>} */
    this.shown = new Map();
    this.element = h('ol', { class: 'timeline', tabindex: '0', 'aria-label': 'What was said and done' });
    this.zone = '';
    /** When the first item was; the others count from it. */
    this.began = 0;
  }

  clear() {
    this.elements.clear();
    this.shown.clear();
    this.element.replaceChildren();
  }

  /**
   * @param {Item[]} items
   * @param {string} zone
   */
  update(items, zone) {
    const first = items[0];
    const began = first ? Date.parse(first.at) : 0;
    if (zone !== this.zone || began !== this.began) this.shown.clear();
    this.zone = zone;
    this.began = began;
    reconcile(this.element, items, this.elements, (item) => item.key, () => h('li'), (element, item) => {
      const before = this.shown.get(item.key);
      if (before && JSON.stringify(before) === JSON.stringify(item)) return;
      this.shown.set(item.key, item);
      this.#fill(element, item);
    });
    for (const key of this.shown.keys()) if (!this.elements.has(key)) this.shown.delete(key);
  }

  /** Tools that run have been running longer. */
  tick() {
    for (const running of this.element.querySelectorAll('.tool.running .took')) {
      const began = Number(running.getAttribute('data-began'));
      setText(running, took(Math.max(0, Math.floor((now() - began) / 1000) * 1000)));
    }
  }

  /**
   * @param {HTMLLIElement} element
   * @param {Item} item
   */
  #fill(element, item) {
    const at = h('time', { class: 'at', datetime: item.at, title: exactTime(item.at, this.zone) }, timer(Date.parse(item.at) - this.began));
    switch (item.kind) {
      case 'line': {
        const side = isCaller(item.speaker) ? 'caller' : 'agent';
        element.className = `said ${side}${item.final ? '' : ' unfinished'}`;
        element.replaceChildren(
          h('div', { class: 'speaker' }, speakerWord(item.speaker), at),
          h('p', { class: 'words', dir: 'auto' }, item.text));
        return;
      }
      case 'tool':
        this.#tool(element, item, at);
        return;
      case 'booking': {
        const what = { made: 'Booked', changed: 'Booking changed', cancelled: 'Booking cancelled' }[item.what];
        element.className = `happened booking ${item.what}`;
        element.replaceChildren(icon(ICONS.calendar), h('span', { class: 'what' }, what), bookingLine(item.booking), at);
        return;
      }
      case 'held':
        element.className = 'happened quiet';
        element.replaceChildren(icon(ICONS.clock), h('span', { class: 'what' },
          `${appointment(item.slot)} is kept for this caller until ${exactTime(item.until, this.zone)}`), at);
        return;
      case 'note': {
        const { what, detail } = NOTES[item.what]?.(item.detail) ?? { what: item.what, detail: item.detail };
        element.className = `happened ${item.tone}`;
        element.replaceChildren(icon(item.tone === 'warn' || item.tone === 'bad' ? ICONS.warning : ICONS.clock),
          h('span', { class: 'what' }, what), detail ? foreign(detail, 'detail') : '', at);
      }
    }
  }

  /**
   * @param {HTMLLIElement} element
   * @param {Item & {kind: 'tool'}} item
   * @param {HTMLElement} at
   */
  #tool(element, item, at) {
    element.className = `tool ${item.running ? 'running' : item.success ? 'worked' : 'failed'}`;
    const bar = h('span', { class: 'bar-fill' });
    // Not in proportion: two milliseconds are to be seen beside two seconds.
    bar.style.setProperty('--share', String(item.running ? 1 : Math.max(0.03, Math.min(1, (item.took / DEADLINE) ** 0.35))));
    element.replaceChildren(
      h('div', { class: 'tool-head' },
        icon(item.running ? ICONS.tool : item.success ? ICONS.check : ICONS.cross),
        h('span', { class: 'what' }, item.running ? toolRunning(item.name) : toolDone(item.name, item.success)),
        item.to ? foreign(item.to, 'to') : '',
        h('code', {}, item.name),
        h('span', { class: 'duration-bar', 'aria-hidden': 'true' }, bar),
        h('span', { class: 'took', 'data-began': Date.parse(item.at) }, item.running ? '…' : took(item.took)),
        at),
      item.message ? h('p', { class: 'words', dir: 'auto' }, item.message) : '',
      item.why ? h('p', { class: 'words why', dir: 'auto' }, item.why) : '');
  }
}

/** @type {Record<string, (detail: string) => {what: string, detail: string}>} */
const NOTES = {
  started: (detail) => ({ what: detail === 'outbound' ? 'The agent rings' : 'The call begins', detail: '' }),
  ended: (detail) => ({ what: 'The call is over', detail: endWord(detail) }),
  status: (detail) => ({ what: statusWord(detail), detail: '' }),
  customer: (detail) => ({ what: 'Known customer', detail }),
  failed: (detail) => ({ what: 'Not booked', detail: detail.replaceAll('_', ' ') }),
  attempt: (detail) => ({ what: `Failed try ${detail}`, detail: '' }),
  transfer: (detail) => ({ what: 'To be handed over', detail }),
  transfer_failed: (detail) => ({ what: 'Could not be handed over', detail }),
  control: (detail) => ({ what: 'Operator', detail }),
  warning: (detail) => ({ what: 'Warning', detail }),
  restored: () => ({ what: 'The session was restarted from its own record', detail: '' }),
};
