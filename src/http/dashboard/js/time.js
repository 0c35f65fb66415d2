// Times and durations as people read them, in the org's zone. Knows no state.

/** The page speaks English, so its dates do too; which English, the reader's device says. */
const DEVICE = globalThis.navigator?.language ?? 'en-GB';
const LOCALE = DEVICE.startsWith('en') ? DEVICE : 'en-GB';

/** Zone of this device. */
const HERE = new Intl.DateTimeFormat().resolvedOptions().timeZone;

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

/**
 * @param {string} kind
 * @param {string} zone
 * @param {Intl.DateTimeFormatOptions} options
 */
function format(kind, zone, options) {
  const name = `${kind} ${zone}`;
  let found = formats.get(name);
  if (!found) {
    try {
      found = new Intl.DateTimeFormat(LOCALE, { ...options, timeZone: zone || HERE });
    } catch {
      // A zone that this browser does not know.
      found = new Intl.DateTimeFormat(LOCALE, { ...options, timeZone: 'UTC' });
    }
    formats.set(name, found);
  }
  return found;
}

/** @param {string | number} at */
const millis = (at) => (typeof at === 'number' ? at : Date.parse(at));

/**
 * @param {string | number} at
 * @param {(date: Date) => string} say
 */
function said(at, say) {
  const time = millis(at);
  return Number.isFinite(time) ? say(new Date(time)) : '';
}

/**
 * `9:30 AM` or `09:30`.
 * @param {string | number} at
 * @param {string} zone
 */
export const clockTime = (at, zone) =>
  said(at, (date) => format('clock', zone, { hour: 'numeric', minute: '2-digit' }).format(date));

/**
 * With seconds.
 * @param {string | number} at
 * @param {string} zone
 */
export const exactTime = (at, zone) =>
  said(at, (date) => format('exact', zone, { hour: 'numeric', minute: '2-digit', second: '2-digit' }).format(date));

/**
 * `Tue 15 Sep`.
 * @param {string | number} at
 * @param {string} zone
 */
export const day = (at, zone) =>
  said(at, (date) => format('day', zone, { weekday: 'short', day: 'numeric', month: 'short' }).format(date));

/**
 * `Tuesday 15 September 2026`.
 * @param {string | number} at
 * @param {string} zone
 */
export const longDay = (at, zone) =>
  said(at, (date) =>
    format('long', zone, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }).format(date));

/**
 * The date in a zone, `2026-09-15`; sorts and compares.
 * @param {string | number} at
 * @param {string} zone
 */
export function isoDay(at, zone) {
  const time = millis(at);
  if (!Number.isFinite(time)) return '';
  const numbers = format('iso', zone, { year: 'numeric', month: '2-digit', day: '2-digit' });
  const parts = new Map(numbers.formatToParts(time).map((part) => [part.type, part.value]));
  return `${parts.get('year')}-${parts.get('month')}-${parts.get('day')}`;
}

/**
 * When the day of `at` begins in a zone, milliseconds. Looked for by halving, since a day may have 23 or 25 hours.
 * @param {number} at
 * @param {string} zone
 * @param {number} [later] Days later.
 */
export function dayStart(at, zone, later = 0) {
  const today = isoDay(at + later * 86_400_000, zone);
  let before = at + (later - 1) * 86_400_000 - 7_200_000;
  let inside = at + later * 86_400_000;
  while (inside - before > 1000) {
    const middle = (inside + before) / 2;
    if (isoDay(middle, zone) < today) before = middle;
    else inside = middle;
  }
  // To the minute: no zone begins its day within one.
  return Math.round(inside / 60_000) * 60_000;
}

/**
 * `4:05`, `1:04:05`.
 * @param {number} milliseconds
 */
export function timer(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes}:${two(seconds % 60)}`
    : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

/**
 * `2 ms`, `1.4 s`.
 * @param {number} milliseconds
 */
export const took = (milliseconds) =>
  milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;

/**
 * `12 seconds`, `3 minutes`.
 * @param {number} milliseconds
 */
export function roughly(milliseconds) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return seconds === 1 ? '1 second' : `${seconds} seconds`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return minutes === 1 ? '1 minute' : `${minutes} minutes`;
  const hours = Math.round(minutes / 60);
  return hours === 1 ? '1 hour' : `${hours} hours`;
}

/**
 * The short name of a zone (`CDT`, `GMT+5:30`), if its time differs from this device's; else nothing. Short enough to be
 * shown whole beside every time, which a city is not.
 * @param {string} zone
 * @param {number} at
 */
export function foreignZone(zone, at) {
  if (!zone || zone === HERE) return '';
  const shown = (/** @type {string} */ name) =>
    `${isoDay(at, name)} ${format('compare', name, { hour: '2-digit', minute: '2-digit' }).format(at)}`;
  if (shown(zone) === shown(HERE)) return '';
  const parts = format('zone', zone, { hour: 'numeric', timeZoneName: 'short' }).formatToParts(at);
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? cityOf(zone);
}

/**
 * @param {string} zone
 */
export const cityOf = (zone) => (zone.split('/').pop() ?? zone).replaceAll('_', ' ');
