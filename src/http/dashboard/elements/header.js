// The bar at the top: where one is, which org, how the connection is, light or dark, who is signed in.

import * as api from '../js/api.js';
import { running } from '../js/clock.js';
import { h, icon, own, setAttribute, setText, show } from '../js/dom.js';
import { ICONS } from '../js/icons.js';
import { route } from '../js/router.js';
import { store } from '../js/store.js';
import { timer } from '../js/time.js';
import { roleWord } from '../js/words.js';
import { PageElement } from './base.js';
import { logo } from './logo.js';
import './theme-button.js';

class Header extends PageElement {
  build() {
    /** Which orgs the choice has now. */
    /** @type {string} */
    this.signature = '';
    this.callsLink = h('a', { href: '#/' }, icon(ICONS.phone), h('span', {}, 'Calls'));
    this.bookingsLink = h('a', { href: '#/bookings' }, icon(ICONS.calendar), h('span', {}, 'Bookings'));
    this.select = h('select', {
      id: 'org', 'aria-label': 'Organisation', onchange: () => store.setFilter(this.select?.value ?? ''),
    });
    this.choice = h('div', { class: 'org-choice', hidden: true }, this.select);
    this.only = h('span', { class: 'org-only', dir: 'auto', hidden: true });
    this.linkWord = h('span', {});
    this.link = h('div', { class: 'link', role: 'status', 'data-state': 'connecting' },
      h('span', { class: 'link-dot', 'aria-hidden': 'true' }), this.linkWord);
    this.who = h('span', { class: 'role' });
    this.append(
      h('header', { class: 'bar' },
        h('a', { class: 'brand', href: '#/', 'aria-label': 'Hookswitch, live calls' },
          logo(), h('span', { class: 'brand-name' }, 'Hookswitch')),
        h('nav', { 'aria-label': 'Pages' }, this.callsLink, this.bookingsLink),
        h('div', { class: 'bar-middle' }, this.choice, this.only),
        this.link,
        h('div', { class: 'bar-end' },
          own('hs-theme-button'),
          this.who,
          h('button', { class: 'quiet', type: 'button', onclick: () => this.#leave() }, 'Sign out'))));
  }

  listen() {
    this.updateOn('session', 'orgs', 'link', 'filter');
    this.eachSecond(() => this.#link());
    const moved = () => this.update();
    addEventListener('hashchange', moved);
    this.endings.push(() => removeEventListener('hashchange', moved));
  }

  update() {
    if (!this.callsLink || !this.bookingsLink || !this.who) return;
    const { page } = route(location.hash);
    setAttribute(this.callsLink, 'aria-current', page === 'calls' ? 'page' : page === 'call' ? 'true' : null);
    setAttribute(this.bookingsLink, 'aria-current', page === 'bookings' ? 'page' : null);
    setText(this.who, store.session ? roleWord(store.session.role) : '');
    setAttribute(this.who, 'title', store.session?.name ?? null);
    this.#orgs();
    this.#link();
  }

  #orgs() {
    if (!this.select || !this.choice || !this.only) return;
    const orgs = [...store.orgs.values()].sort((a, b) => a.name.localeCompare(b.name));
    show(this.choice, orgs.length > 1);
    const only = orgs.length === 1 ? orgs[0] : undefined;
    show(this.only, only !== undefined);
    setText(this.only, only?.name ?? '');
    const signature = orgs.map((org) => `${org.id} ${org.name}`).join('\n');
    if (this.signature !== signature) {
      this.signature = signature;
      this.select.replaceChildren(
        h('option', { value: '' }, `All organisations (${orgs.length})`),
        ...orgs.map((org) => h('option', { value: org.id }, org.name)));
    }
    if (this.select.value !== store.filter) this.select.value = store.filter;
  }

  #link() {
    if (!this.link || !this.linkWord) return;
    const { state, since } = store.link;
    setAttribute(this.link, 'data-state', state);
    const age = timer(running() - since);
    setText(this.linkWord, {
      connecting: 'Connecting',
      live: 'Live',
      reconnecting: `Reconnecting ${age}`,
      offline: `Offline ${age}`,
    }[state]);
  }

  async #leave() {
    try {
      await api.logout();
      store.leave('You are signed out.');
    } catch {
      // Without the server the cookie stays; saying otherwise would be a lie.
      store.leave('The server does not answer, so this browser is still signed in. Open the page again when it is back, and sign out there.', true);
    }
  }
}

customElements.define('hs-header', Header);
