// Small parts that several elements show alike.

/** @import { CallBooking, Slot } from '../js/types.js' */

import { h } from '../js/dom.js';
import { clockTime, day } from '../js/time.js';
import { BOOKING_HINTS, BOOKING_TONES, BOOKING_WORDS, bookingState, dialable, phone } from '../js/words.js';

/**
 * A small coloured word.
 * @param {string} tone `good`, `warn`, `bad`, `info` or `quiet`.
 * @param {string} text
 * @param {string} [title]
 */
export const chip = (tone, text, title) => h('span', { class: `chip ${tone}`, title }, text);

/**
 * Somebody else's text: in its own direction, and never disturbing what stands around it.
 * @param {string} text
 * @param {string} [name] Class.
 */
export const foreign = (text, name) => h('bdi', { class: name }, text);

/**
 * A number that one can ring by pressing it, or only its text where it is not whole.
 * @param {string | null | undefined} number
 */
export function telephone(number) {
  const whole = dialable(number);
  return whole ? h('a', { class: 'tel', href: `tel:${whole}` }, phone(whole)) : phone(number);
}

/**
 * How a booking stands.
 * @param {{status: string, outcome: string}} booking
 */
export function stateChip(booking) {
  const state = bookingState(booking);
  const shown = chip(BOOKING_TONES[state] ?? 'quiet', BOOKING_WORDS[state] ?? state, BOOKING_HINTS[state]);
  shown.dataset['state'] = state;
  return shown;
}

/**
 * A booking in one line: its time, how it stands, its code.
 * @param {CallBooking} booking
 */
export function bookingLine(booking) {
  const state = bookingState(booking);
  const line = h('span', { class: `booking-line ${state}` },
    h('span', { class: `dot ${BOOKING_TONES[state] ?? 'quiet'}`, 'aria-hidden': 'true' }),
    h('span', { class: 'when' }, `${day(booking.start, booking.time_zone)}, ${clockTime(booking.start, booking.time_zone)}`),
    h('span', { class: 'state' }, BOOKING_WORDS[state] ?? state),
    booking.confirmation ? h('code', {}, booking.confirmation) : null);
  line.title = BOOKING_HINTS[state] ?? '';
  return line;
}

/**
 * The offered times that matter now: those of the day that was spoken of last.
 * @param {Slot[]} slots
 * @returns {{day: string, times: Slot[], more: number} | null}
 */
export function offeredNow(slots) {
  const spoken = slots.filter((slot) => slot.spoken);
  const last = spoken.at(-1) ?? slots.at(-1);
  if (!last) return null;
  const ofDay = slots.filter((slot) => slot.date === last.date);
  const first = ofDay.some((slot) => slot.spoken) ? ofDay.filter((slot) => slot.spoken) : ofDay;
  const times = [...first].sort((a, b) => a.start.localeCompare(b.start)).slice(0, 4);
  return { day: day(last.start, last.time_zone), times, more: ofDay.length - times.length };
}

/**
 * Nothing to show: why, and what to do next.
 * @param {string} title
 * @param {...(Node | string)} words
 */
export const empty = (title, ...words) =>
  h('div', { class: 'empty' }, h('p', { class: 'empty-title' }, title), h('p', {}, ...words));
