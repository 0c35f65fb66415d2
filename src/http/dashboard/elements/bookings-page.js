// The page of today's bookings: what was made today, and what takes place today.

import { now } from '../js/clock.js';
import { h, own, setAttribute, setText } from '../js/dom.js';
import { route } from '../js/router.js';
import { store } from '../js/store.js';
import { cityOf, foreignZone, longDay } from '../js/time.js';
import { PageElement } from './base.js';
import './booking-list.js';

class BookingsPage extends PageElement {
  build() {
    this.made = h('a', { href: '#/bookings' }, 'Made today');
    this.calendar = h('a', { href: '#/bookings/calendar' }, 'Taking place today');
    this.list = own('hs-booking-list');
    this.day = h('p', { class: 'subtitle' });
    this.append(
      h('div', { class: 'page' },
        h('div', { class: 'page-head' },
          h('div', {}, h('h1', { tabindex: '-1' }, 'Today’s bookings'), this.day),
          h('nav', { class: 'segments', 'aria-label': 'Which bookings' }, this.made, this.calendar)),
        h('section', { class: 'panel bookings-panel' }, this.list)));
  }

  listen() {
    this.updateOn('orgs', 'filter');
    this.eachSecond(() => this.#day());
  }

  update() {
    const to = route(location.hash);
    const which = to.page === 'bookings' ? to.which : 'made';
    if (!this.made || !this.calendar || !this.list) return;
    setAttribute(this.made, 'aria-current', which === 'made' ? 'page' : null);
    setAttribute(this.calendar, 'aria-current', which === 'calendar' ? 'page' : null);
    setAttribute(this.list, 'which', which);
    this.#day();
  }

  /** The day is the org's own; of several orgs it may not be the same. */
  #day() {
    if (!this.day) return;
    const zones = new Set([...store.orgs.values()].filter((org) => store.shows(org.id)).map((org) => org.timezone));
    const [zone] = zones;
    if (zone === undefined) setText(this.day, '');
    else if (zones.size > 1) setText(this.day, 'By each organisation’s own day and time');
    else setText(this.day, `${longDay(now(), zone)}${foreignZone(zone, now()) ? `, ${cityOf(zone)} time` : ''}`);
  }
}

customElements.define('hs-bookings-page', BookingsPage);
