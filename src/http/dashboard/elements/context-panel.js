// What is known of one call, beside what is said in it.

/** @import { CallBooking, CallState } from '../js/types.js' */

import { now } from '../js/clock.js';
import { h, setText } from '../js/dom.js';
import { store } from '../js/store.js';
import { cityOf, clockTime, day, exactTime, longDay, timer } from '../js/time.js';
import { appointment, bookedAs, count, handedOver } from '../js/words.js';
import { foreign, stateChip, telephone } from './parts.js';

export class Context {
  constructor() {
    this.element = h('div', { class: 'context' });
    /** @type {CallState | null} */
    this.call = null;
    this.left = h('span', { class: 'left' });
    /** What is shown, as text: what is the same is not made again. */
    this.signature = '';
  }

  /**
   * @param {CallState} call
   * @param {boolean} live
   * @param {CallBooking[]} bookings
   */
  update(call, live, bookings) {
    const signature = JSON.stringify([
      call.customer, call.caller, call.today, call.offered_slots, call.held_slot, bookings, call.attempts, call.warnings,
      call.watchers, call.controller, call.transfer, live, store.zone(call.org), store.orgName(call.org),
    ]);
    if (this.signature === signature) return;
    this.signature = signature;
    this.call = call;
    this.element.replaceChildren(...[
      this.#warnings(call),
      this.#customer(call, live, bookings),
      this.#bookings(call, bookings),
      this.#slots(call, live),
      this.#call(call, live),
    ].filter((section) => section !== null));
    this.tick();
  }

  tick() {
    const held = this.call?.held_slot;
    if (!held) return;
    const left = Date.parse(held.until) - now();
    setText(this.left, left > 0 ? `${timer(left)} left` : 'time is up');
  }

  /** @param {CallState} call */
  #warnings(call) {
    if (call.warnings.length === 0) return null;
    const zone = store.zone(call.org);
    return section('Warnings', h('ul', { class: 'warnings' }, ...[...call.warnings].reverse().map((warning) =>
      h('li', {}, foreign(warning.message), h('span', { class: 'at' }, clockTime(warning.at, zone))))));
  }

  /**
   * @param {CallState} call
   * @param {boolean} live
   * @param {CallBooking[]} bookings
   */
  #customer(call, live, bookings) {
    const customer = call.customer;
    const name = bookedAs(bookings);
    if (!customer && !name) return section('Customer', h('p', { class: 'none' }, live ? 'Not known yet.' : 'Was not known.'));
    // Somebody may book for somebody else.
    const books = name && name !== customer?.name ? foreign(name) : null;
    if (!customer) return section('Customer', facts([[live ? 'Books as' : 'Booked as', books], ['Phone', telephone(call.caller.number)]]));
    return section('Customer', facts([
      ['Name', foreign(customer.name)],
      [live ? 'Books as' : 'Booked as', books],
      ['Phone', telephone(customer.phone)],
      ['E-mail', customer.email && foreign(customer.email)],
      ['Last visit', customer.last_visit ? day(`${customer.last_visit}T12:00:00Z`, 'UTC') : null],
    ]));
  }

  /**
   * @param {CallState} call
   * @param {CallBooking[]} bookings
   */
  #bookings(call, bookings) {
    const shown = bookings.length === 0
      ? [h('p', { class: 'none' }, 'None so far.')]
      : [h('ul', { class: 'plain-list' }, ...bookings.map((booking) =>
          h('li', { class: 'context-booking', 'data-booking': booking.id },
            h('div', { class: 'context-booking-head' }, h('strong', {}, appointment(booking)), stateChip(booking)),
            h('div', { class: 'context-booking-foot' },
              foreign([booking.customer_name, store.serviceName(call.org, booking.service_id)].filter(Boolean).join(' · ')),
              booking.confirmation ? h('code', {}, booking.confirmation) : null))))];
    const tries = call.attempts > 0 ? h('p', { class: 'tries' }, count(call.attempts, 'failed try', 'failed tries')) : '';
    return section('Bookings in this call', ...shown, tries);
  }

  /**
   * @param {CallState} call
   * @param {boolean} live
   */
  #slots(call, live) {
    if (call.offered_slots.length === 0 && !call.held_slot) return null;
    const days = Map.groupBy
      ? Map.groupBy(call.offered_slots, (slot) => slot.date)
      : call.offered_slots.reduce((map, slot) => map.set(slot.date, [...(map.get(slot.date) ?? []), slot]), new Map());
    const held = call.held_slot && live
      ? h('p', { class: 'held' }, `Keeping ${appointment(call.held_slot)}`, ' ', this.left)
      : '';
    return section('Offered times', held, ...[...days].slice(-4).reverse().map(([, slots]) => {
      const ordered = [...slots].sort((a, b) => a.start.localeCompare(b.start));
      const first = ordered[0];
      return h('div', { class: 'offer' },
        h('div', { class: 'offer-day' }, first ? day(first.start, first.time_zone) : ''),
        h('div', { class: 'slots' }, ...ordered.slice(0, 24).map((slot) =>
          h('span', { class: `slot${slot.spoken ? ' spoken' : ''}`, title: slot.spoken ? 'Said to the caller' : 'Known to the agent' },
            clockTime(slot.start, slot.time_zone))),
          ordered.length > 24 ? h('span', { class: 'more' }, `+${ordered.length - 24}`) : null));
    }));
  }

  /**
   * @param {CallState} call
   * @param {boolean} live
   */
  #call(call, live) {
    const zone = store.zone(call.org);
    return section('This call', facts([
      ['Today', call.today ? longDay(`${call.today}T12:00:00Z`, 'UTC') : null],
      ['Zone', zone ? `${cityOf(zone)} (${zone})` : null],
      ['Began', exactTime(call.started_at, zone)],
      ['In control', live ? (call.controller ? foreign(call.controller) : 'the agent') : null],
      ['Handed over', call.transfer ? foreign(handedOver(call.transfer)) : null],
      ['Watching', call.watchers.length > 0 ? foreign(call.watchers.join(', ')) : null],
      ['Id', h('code', {}, call.call_id)],
    ]));
  }
}

/**
 * @param {string} title
 * @param {...(Node | string)} children
 */
const section = (title, ...children) => h('section', { class: 'panel' }, h('h2', {}, title), ...children);

/** @param {[string, Node | string | null | undefined][]} rows */
const facts = (rows) =>
  h('dl', { class: 'facts' }, ...rows.flatMap(([name, value]) => (value ? [h('dt', {}, name), h('dd', {}, value)] : [])));
