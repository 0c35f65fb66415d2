// The page itself: the way in, or the frame around what is shown. Owns which page that is, the document's
// title and where the focus goes.

import { h, own } from '../js/dom.js';

import { route } from '../js/router.js';
import { store } from '../js/store.js';
import { PageElement } from './base.js';
import './announcer.js';
import './bookings-page.js';
import './call-page.js';
import './calls-page.js';
import './header.js';
import './sign-in.js';
import './stale-banner.js';
import './trouble-banner.js';

/** @type {Record<string, string>} */
const TITLES = { calls: 'Live calls', bookings: 'Today’s bookings', call: 'Call' };

class App extends PageElement {
  build() {
    /** @type {string | null} */
    this.shown = null;
    /** Where each page was scrolled to, by its address. @type {Map<string, number>} */
    this.scrolled = new Map();
    this.address = location.hash;
    this.stage = h('div', { class: 'stage' });
    this.replaceChildren(this.stage, own('hs-announcer'));
  }

  listen() {
    this.updateOn('session', 'calls', 'filter');
    const moved = () => this.#moved();
    addEventListener('hashchange', moved);
    this.endings.push(() => removeEventListener('hashchange', moved));
  }

  update() {
    if (!this.stage) return;
    const wanted = store.session ? 'shell' : 'sign-in';
    if (this.shown !== wanted) {
      // Before it is known who is there, nothing is better than a sign-in that flashes by.
      if (wanted === 'sign-in' && !store.asked) return;
      this.shown = wanted;
      if (wanted === 'shell') this.#shell();
      else this.stage.replaceChildren(own('hs-sign-in'));
    }
    this.#title();
  }

  #shell() {
    this.main = h('main', { id: 'main', tabindex: '-1' });
    this.stage?.replaceChildren(
      h('a', { class: 'skip', href: '#main', onclick: (/** @type {Event} */ event) => this.#skip(event) }, 'Skip to content'),
      own('hs-header'),
      own('hs-stale-banner'),
      own('hs-trouble-banner'),
      this.main,
    );
    this.#page();
  }

  /** @param {Event} event */
  #skip(event) {
    // The address says which page is shown, so the jump must not change it.
    event.preventDefault();
    this.main?.focus();
  }

  #moved() {
    this.scrolled?.set(this.address ?? '', scrollY);
    this.address = location.hash;
    if (this.shown !== 'shell') return;
    this.#page();
    this.#title();
    const heading = this.main?.querySelector('h1');
    if (heading instanceof HTMLElement) heading.focus({ preventScroll: true });
    scrollTo(0, this.scrolled?.get(location.hash) ?? 0);
    if (this.scrolled && this.scrolled.size > 50) this.scrolled.clear();
  }

  #page() {
    const to = route(location.hash);
    const name = `hs-${to.page}-page`;
    const present = this.main?.firstElementChild;
    if (present?.localName !== name) this.main?.replaceChildren(document.createElement(name));
    else if (present instanceof PageElement) present.update();
  }

  #title() {
    const live = store.liveCalls().length;
    const to = route(location.hash);
    const name = TITLES[to.page] ?? '';
    const title = store.session ? `${live > 0 ? `(${live}) ` : ''}${name} · Hookswitch` : 'Sign in · Hookswitch';
    if (document.title !== title) document.title = title;
  }
}

customElements.define('hs-app', App);
