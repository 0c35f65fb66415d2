// Bookings in a list: short beside the live calls, whole on their own page.

/** @import { Booking } from '../js/types.js' */

import { now } from '../js/clock.js';
import { h, reconcile, setAttribute, setText, show } from '../js/dom.js';
import { callLink } from '../js/router.js';
import { store } from '../js/store.js';
import { cityOf, clockTime, day, foreignZone, isoDay } from '../js/time.js';
import { BOOKING_HINTS, BOOKING_TONES, BOOKING_WORDS, bookingState } from '../js/words.js';
import { PageElement } from './base.js';
import { empty, telephone } from './parts.js';

/** Rows of the short list. */
const SHORT = 12;

/** @typedef {{org: string, booking: Booking}} Entry */

/** Attributes: `which` is `made` or `calendar`; `short` for the list beside the calls. */
class BookingList extends PageElement {
  static observedAttributes = ['which'];

  attributeChangedCallback() {
    if (this.isConnected) this.update();
  }

  build() {
    /** @type {Map<string, HTMLLIElement>} */
    this.elements = new Map();
    this.list = h('ol', { class: 'booking-list' });
    this.nothing = h('div', { hidden: true });
    this.rest = h('p', { class: 'rest', hidden: true }, h('a', { href: '#/bookings' }));
    this.problem = h('p', { class: 'problem', role: 'status', hidden: true });
    this.heads = h('div', { class: 'booking-heads', 'aria-hidden': 'true' },
      h('span', {}), h('span', { class: 'made' }, 'Made ↓'),
      ...['Appointment', 'Customer', 'Phone', 'State', 'Code', ''].map((head) => h('span', {}, head)));
    this.append(this.problem, this.heads, this.list, this.nothing, this.rest);
  }

  listen() {
    this.updateOn('bookings', 'orgs', 'filter');
  }

  /** @returns {'made' | 'calendar'} */
  get which() {
    return this.getAttribute('which') === 'calendar' ? 'calendar' : 'made';
  }

  update() {
    const { list, elements, nothing, rest, problem } = this;
    if (!list || !elements || !nothing || !rest || !problem) return;
    const shows = (/** @type {string} */ org) => store.shows(org);
    const all = store.bookings.list(this.which, shows);
    const shown = this.hasAttribute('short') ? all.slice(0, SHORT) : all;
    setAttribute(list, 'aria-label', this.which === 'made' ? 'Bookings made today' : 'Appointments today');
    reconcile(list, shown, elements, ({ booking }) => booking.id, make, patch);
    show(list, shown.length > 0);
    if (this.heads) show(this.heads, shown.length > 0);
    const wrong = store.bookings.problem(shows);
    setText(problem, wrong ? `Bookings could not be loaded: ${wrong} Trying again.` : '');
    show(problem, wrong !== '');
    const left = all.length - shown.length;
    show(rest, left > 0);
    setText(/** @type {Node} */ (rest.firstChild), `All ${all.length} bookings`);
    show(nothing, shown.length === 0 && wrong === '');
    const state = store.bookings.ready(shows) ? this.which : 'loading';
    if (nothing.dataset['state'] !== state) {
      nothing.dataset['state'] = state;
      nothing.replaceChildren({
        loading: () => h('div', { class: 'empty waiting' }, h('span', { class: 'spinner' }), 'Loading…'),
        made: () => empty('Nothing booked yet today', 'What callers book appears here as soon as it is safely written down.'),
        calendar: () => empty('No appointments today', 'Bookings that take place today are listed here, whenever they were made.'),
      }[state]());
    }
  }
}

function make(/** @type {Entry} */ { booking }) {
  return h('li', { class: 'booking-row', 'data-booking': booking.id },
    h('span', { class: 'dot', 'aria-hidden': 'true' }),
    h('span', { class: 'made' }, h('span', { class: 'made-word' }, 'Made '), h('span', {})),
    h('span', { class: 'when' }, h('span', { class: 'day' }), h('span', { class: 'clock' }), h('span', { class: 'zone' })),
    h('span', { class: 'whom' }, h('span', { class: 'customer', dir: 'auto' }), h('span', { class: 'what', dir: 'auto' })),
    h('span', { class: 'phone' }),
    h('span', { class: 'state' }),
    h('code', { class: 'code' }),
    h('span', { class: 'from' }));
}

/**
 * @param {HTMLLIElement} element
 * @param {Entry} entry
 */
function patch(element, { org, booking }) {
  const [dot, made, when, whom, number, state, code, from] = /** @type {HTMLElement[]} */ ([...element.children]);
  const [date, clock, zone] = /** @type {HTMLElement[]} */ ([...(when?.children ?? [])]);
  const [customer, what] = /** @type {HTMLElement[]} */ ([...(whom?.children ?? [])]);
  if (!dot || !made?.lastChild || !date || !clock || !zone || !customer || !what || !number || !state || !code || !from) return;
  const stands = bookingState(booking);
  const tone = BOOKING_TONES[stands] ?? 'quiet';
  setAttribute(element, 'data-state', stands);
  setAttribute(dot, 'class', `dot ${tone}`);
  const today = isoDay(booking.start, booking.time_zone) === isoDay(now(), booking.time_zone);
  setText(date, today ? 'Today' : day(booking.start, booking.time_zone));
  setText(clock, clockTime(booking.start, booking.time_zone));
  const away = foreignZone(booking.time_zone, now());
  setText(zone, away);
  setAttribute(zone, 'title', away ? `${cityOf(booking.time_zone)} time` : null);
  setText(customer, booking.customer_name ?? 'No name');
  setAttribute(customer, 'title', booking.customer_name);
  const service = store.serviceName(org, booking.service_id);
  setText(what, store.several ? `${service} · ${store.orgName(org)}` : service);
  setText(made.lastChild, clockTime(booking.created_at, store.zone(org)));
  if (number.dataset['number'] !== (booking.customer_phone ?? '')) {
    number.dataset['number'] = booking.customer_phone ?? '';
    number.replaceChildren(telephone(booking.customer_phone));
  }
  setText(state, BOOKING_WORDS[stands] ?? stands);
  setAttribute(state, 'title', BOOKING_HINTS[stands]);
  setAttribute(state, 'class', `state ${tone}`);
  setText(code, booking.confirmation ?? '');
  const link = booking.call_id ? callLink(org, booking.call_id) : '';
  if (from.dataset['link'] !== link) {
    from.dataset['link'] = link;
    from.replaceChildren(link ? h('a', { href: link }, 'See call') : 'By hand');
  }
}

customElements.define('hs-booking-list', BookingList);
