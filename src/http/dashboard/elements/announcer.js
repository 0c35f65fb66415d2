// Says aloud, for those who do not see the page, what must not be missed: new warnings and a lost connection.

import { h } from '../js/dom.js';
import { callKey } from '../js/feed.js';
import { store } from '../js/store.js';
import { callerName } from '../js/words.js';
import { PageElement } from './base.js';

/** A screen reader that is flooded says nothing of use. Milliseconds between two sentences. */
const APART = 1_500;

/** Sentences that may wait. */
const MOST = 5;

class Announcer extends PageElement {
  build() {
    this.region = h('div', { 'aria-live': 'polite', class: 'unseen' });
    this.append(this.region);
    /** @type {string[]} */
    this.waiting = [];
    this.saying = false;
    this.lost = false;
  }

  listen() {
    this.endings.push(store.onEvent((frame) => {
      if (frame.event.type !== 'warning' || !store.shows(frame.org)) return;
      const call = store.feed.calls.get(callKey(frame.org, frame.call_id));
      const whose = call ? ` in the call of ${callerName(call)}` : '';
      this.#say(`Warning${whose}: ${frame.event.message}`);
    }));
    this.endings.push(store.on('link', () => {
      const lost = store.link.state === 'reconnecting' || store.link.state === 'offline';
      if (lost && !this.lost) this.#say('Connection lost. What is shown may be old.');
      if (!lost && this.lost && store.link.state === 'live') this.#say('Connected again.');
      if (store.link.state !== 'connecting') this.lost = lost;
    }));
  }

  /** @param {string} sentence */
  #say(sentence) {
    if (!this.waiting || this.waiting.length >= MOST) return;
    this.waiting.push(sentence);
    if (!this.saying) this.#next();
  }

  #next() {
    const sentence = this.waiting?.shift();
    this.saying = sentence !== undefined;
    if (sentence === undefined) return;
    this.region?.replaceChildren(h('p', {}, sentence));
    setTimeout(() => this.#next(), APART);
  }
}

customElements.define('hs-announcer', Announcer);
