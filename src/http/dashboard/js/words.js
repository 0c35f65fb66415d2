// What things are called on the page. Every name that a server or a vendor uses becomes a word here, or is
// shown as it is when nobody knew it yet.

/** @import { CallBooking, CallState } from './types.js' */

import { clockTime, day } from './time.js';

/** While it runs, what it was, and what it was if nothing came of it. @type {Record<string, [string, string, string]>} */
const MEANINGS = {
  free: ['Looking for free times', 'Looked for free times', 'No free times given'],
  book: ['Booking', 'Booked an appointment', 'Did not book'],
  move: ['Moving a booking', 'Moved a booking', 'Did not move a booking'],
  cancel: ['Cancelling a booking', 'Cancelled a booking', 'Did not cancel a booking'],
  find: ['Looking up bookings', 'Looked up bookings', 'Found no booking'],
  caller: ['Looking up the caller', 'Looked up the caller', 'Did not find the caller'],
  transfer: ['Handing over', 'Handed over', 'Did not hand over'],
  end: ['Ending the call', 'Ended the call', 'Did not end the call'],
  wait: ['Putting on the waitlist', 'Put on the waitlist', 'Not put on the waitlist'],
  callback: ['Arranging a call-back', 'Arranged a call-back', 'No call-back arranged'],
  knowledge: ['Looking something up', 'Looked something up', 'Found nothing'],
  stock: ['Checking stock', 'Checked stock', 'Did not check stock'],
};

/** @type {Record<string, string>} */
const TOOLS = {
  check_availability: 'free', get_availability: 'free', checkAvailability: 'free',
  create_booking: 'book', create_appointment: 'book', book_appointment: 'book', bookClinicAppointment: 'book',
  reschedule_booking: 'move', update_event: 'move', rescheduleAppointment: 'move',
  cancel_booking: 'cancel', delete_event: 'cancel', cancelAppointment: 'cancel',
  lookup_booking: 'find', get_events: 'find', list_calendars: 'find',
  lookup_customer: 'caller', lookupCaller: 'caller',
  transfer_call: 'transfer', transferCall: 'transfer',
  end_call: 'end', endCall: 'end',
  join_waitlist: 'wait', joinWaitlist: 'wait',
  request_callback: 'callback', requestCallback: 'callback',
  fetch_latest_kb: 'knowledge', sync_knowledge_base: 'knowledge', search_knowledge: 'knowledge',
  queryKnowledgeBase: 'knowledge',
  check_inventory: 'stock', get_expected_delivery_dates: 'stock', get_prices: 'stock',
  get_similar_vehicles: 'stock', get_vehicle_details: 'stock',
};

/** @param {string} name */
const plain = (name) => capital(name.replaceAll(/[_-]+/g, ' ').trim());

/** @param {string} text */
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** @param {string} name */
export const handsOver = (name) => TOOLS[name] === 'transfer';

/** @param {string} name */
export const toolRunning = (name) => MEANINGS[TOOLS[name] ?? '']?.[0] ?? plain(name);

/**
 * @param {string} name
 * @param {boolean} worked
 */
export function toolDone(name, worked) {
  const meaning = MEANINGS[TOOLS[name] ?? ''];
  if (!meaning) return worked ? plain(name) : `${plain(name)}: no success`;
  return meaning[worked ? 1 : 2];
}

/** @type {Record<string, string>} */
const STATUSES = {
  scheduled: 'Scheduled', queued: 'Queued', ringing: 'Ringing', 'in-progress': 'On the line',
  forwarding: 'Handing over', ended: 'Ended',
};

/** @param {string} status */
export const statusWord = (status) => STATUSES[status] ?? plain(status);

/** @type {Record<string, string>} */
const ENDINGS = {
  'customer-ended-call': 'the caller hung up',
  'assistant-ended-call': 'the agent hung up',
  'assistant-said-end-call-phrase': 'the agent said goodbye',
  'assistant-forwarded-call': 'handed over',
  'silence-timed-out': 'nobody spoke',
  'exceeded-max-duration': 'it took too long',
  'customer-busy': 'the line was busy',
  'customer-did-not-answer': 'nobody answered',
  'voicemail': 'voicemail answered',
  'manually-canceled': 'stopped by hand',
};

/** @param {string | null | undefined} reason */
export const endWord = (reason) => (reason ? (ENDINGS[reason] ?? plain(reason).toLowerCase()) : 'no reason given');

/** @type {Record<string, string>} */
const SPEAKERS = {
  user: 'Caller', caller: 'Caller', customer: 'Caller', assistant: 'Agent', agent: 'Agent', bot: 'Agent',
  operator: 'Operator', system: 'System',
};

/** @param {string} speaker */
export const speakerWord = (speaker) => SPEAKERS[speaker] ?? plain(speaker);

/** @param {string} speaker */
export const isCaller = (speaker) => speakerWord(speaker) === 'Caller';

/** @type {Record<string, string>} */
const ROLES = { admin: 'Administrator', org: 'Organisation', supervisor: 'Supervisor', viewer: 'Viewer' };

/** @param {string} role */
export const roleWord = (role) => ROLES[role] ?? plain(role);

/**
 * How a booking stands: what has to be settled comes before what is done.
 * @param {{status: string, outcome: string}} booking
 * @returns {'unknown' | 'pending' | 'failed' | 'cancelled' | 'confirmed'}
 */
export function bookingState(booking) {
  if (booking.outcome === 'failed') return 'failed';
  if (booking.status === 'cancelled') return 'cancelled';
  if (booking.outcome === 'unknown') return 'unknown';
  if (booking.status === 'pending' || booking.outcome === 'pending') return 'pending';
  return 'confirmed';
}

/** @type {Record<string, string>} */
export const BOOKING_WORDS = {
  unknown: 'Unknown', pending: 'Pending', failed: 'Failed', cancelled: 'Cancelled', confirmed: 'Confirmed',
};

/** What each state means, for a title. @type {Record<string, string>} */
export const BOOKING_HINTS = {
  unknown: 'The calendar did not answer in time. It is looked up; until then nobody knows.',
  pending: 'Kept here, and still to be confirmed by the calendar.',
  failed: 'The calendar refused it.',
  cancelled: 'No longer takes place.',
  confirmed: 'In the calendar.',
};

/** Kind of colour of a booking's state. @type {Record<string, string>} */
export const BOOKING_TONES = {
  unknown: 'bad', pending: 'warn', failed: 'bad', cancelled: 'quiet', confirmed: 'good',
};

/**
 * When an appointment is.
 * @param {{start: string, time_zone: string}} booking
 */
export const appointment = (booking) =>
  `${day(booking.start, booking.time_zone)}, ${clockTime(booking.start, booking.time_zone)}`;

/**
 * What came of a call, in a few words.
 * @param {Pick<CallState, 'attempts'> & {bookings: CallBooking[]}} call
 * @param {string | null | undefined} reason Why it ended.
 * @returns {{text: string, tone: string}}
 */
export function outcome(call, reason) {
  const of = (/** @type {string} */ state) => call.bookings.filter((booking) => bookingState(booking) === state);
  const more = (/** @type {CallBooking[]} */ list) => (list.length > 1 ? ` and ${list.length - 1} more` : '');
  const [unknown, pending, confirmed, cancelled] = [of('unknown'), of('pending'), of('confirmed'), of('cancelled')];
  if (unknown[0]) return { text: `To be settled: ${appointment(unknown[0])}${more(unknown)}`, tone: 'bad' };
  if (pending[0]) return { text: `To be confirmed: ${appointment(pending[0])}${more(pending)}`, tone: 'warn' };
  if (confirmed[0]) return { text: `Booked ${appointment(confirmed[0])}${more(confirmed)}`, tone: 'good' };
  if (reason?.includes('forwarded')) return { text: 'Handed over', tone: 'info' };
  if (cancelled[0]) return { text: `Cancelled ${appointment(cancelled[0])}${more(cancelled)}`, tone: 'quiet' };
  if (call.attempts > 0) return { text: `Not booked after ${count(call.attempts, 'try', 'tries')}`, tone: 'warn' };
  return { text: 'No booking', tone: 'quiet' };
}

/**
 * @param {number} number
 * @param {string} one
 * @param {string} [many]
 */
export const count = (number, one, many = `${one}s`) => `${number} ${number === 1 ? one : many}`;

/**
 * Who is on the line: the customer as known, as signalled, as they called themselves when they booked; else the number.
 * @param {{caller: {name: string | null, number: string | null}, customer?: {name: string} | null, bookings?: {customer_name: string | null}[]}} call
 */
export const callerName = (call) =>
  call.customer?.name || call.caller.name || call.bookings?.at(-1)?.customer_name || phone(call.caller.number) || 'Unknown caller';

/**
 * The number, if it is whole and can be rung; what a viewer sees of one cannot.
 * @param {string | null | undefined} number
 */
export const dialable = (number) => (/^\+\d{7,15}$/.test(number ?? '') ? (number ?? null) : null);

/**
 * The name that a call's last booking was made in.
 * @param {{customer_name: string | null}[]} bookings
 */
export const bookedAs = (bookings) => bookings.findLast((booking) => booking.customer_name)?.customer_name ?? null;

/**
 * A number as it is read: those of North America in groups, others as they came.
 * @param {string | null | undefined} number
 */
export function phone(number) {
  const parts = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number ?? '');
  return parts ? `+1 ${parts[1]} ${parts[2]} ${parts[3]}` : (number ?? '');
}

/** How a hand-over stands. @type {Record<string, string>} */
const STAGES = {
  requested: 'about to be',
  briefing: 'they are told first',
  dialing: 'ringing',
  accepted: 'taken',
  rejected: 'refused',
  no_answer: 'nobody answered',
  bridged: 'they talked',
  back_to_agent: 'back with the agent',
};

/**
 * To whom a call is handed over, and how that stands.
 * @param {{department: string | null, number: string, stage: string}} transfer
 */
export const handedOver = (transfer) =>
  `${transfer.department ? plain(transfer.department) : phone(transfer.number)}: ${STAGES[transfer.stage] ?? plain(transfer.stage)}`;
