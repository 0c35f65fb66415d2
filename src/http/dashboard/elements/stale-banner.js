// Says plainly when what is shown may be old, and since when.

import { running } from '../js/clock.js';
import { h, setText, show } from '../js/dom.js';
import { store } from '../js/store.js';
import { roughly } from '../js/time.js';
import { PageElement } from './base.js';

class StaleBanner extends PageElement {
  build() {
    this.words = h('p', {});
    this.box = h('div', { class: 'stale-banner', hidden: true }, h('span', { class: 'spinner', 'aria-hidden': 'true' }), this.words);
    this.append(this.box);
  }

  listen() {
    this.updateOn('link');
    this.eachSecond(() => this.update());
  }

  update() {
    if (!this.box || !this.words) return;
    const { state, since } = store.link;
    const stale = state === 'reconnecting' || state === 'offline';
    show(this.box, stale);
    document.documentElement.toggleAttribute('data-stale', stale);
    if (!stale) return;
    const age = roughly(running() - since);
    setText(this.words, state === 'offline'
      ? `This device is offline. You see how things were ${age} ago; it goes on by itself.`
      : `The server cannot be reached. You see how things were ${age} ago; trying again by itself.`);
  }
}

customElements.define('hs-stale-banner', StaleBanner);
