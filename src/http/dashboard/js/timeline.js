// What happened in a call, as the items of a timeline. Pure: events in, items out.

/** @import { CallBooking, CallEvent, Slot, StoredEvent } from './types.js' */

import { handsOver } from './words.js';

/**
 * One item; `key` stays the same while the item grows.
 * @typedef {{key: string, at: string} & (
 *   {kind: 'line', speaker: string, text: string, final: boolean} |
 *   {kind: 'tool', name: string, running: boolean, success: boolean, took: number, message: string, to: string, why: string} |
 *   {kind: 'booking', what: 'made' | 'changed' | 'cancelled', booking: CallBooking} |
 *   {kind: 'held', slot: Slot, until: string} |
 *   {kind: 'note', tone: 'quiet' | 'warn' | 'bad' | 'info', what: string, detail: string}
 * )} Item
 */

/** Warnings that take a hand-over back, by their codes: each says why it came to nothing. */
const NOT_HANDED_OVER = ['transfer_failed', 'no_call_control', 'no_transfer_number'];

/**
 * What is still open while events are read.
 * @typedef {object} Open
 * @property {Map<string, number>} tools Where each tool is, by the id of its call.
 * @property {Map<string, number>} unfinished Where each speaker's unfinished line is.
 * @property {number | null} handover Where the last wish to be handed over is told.
 */

/** Items that are shown at most: a call that never ends must not fill the memory of a wall. */
export const MOST_ITEMS = 2_000;

/**
 * Events in order of their position, each once.
 * @param {Map<number, StoredEvent>} events
 * @returns {Item[]}
 */
export function itemsOf(events) {
  /** @type {Item[]} */
  const items = [];
  /** @type {Open} */
  const open = { tools: new Map(), unfinished: new Map(), handover: null };
  for (const stored of [...events.values()].sort((a, b) => a.seq - b.seq)) add(items, open, stored);
  return items.slice(-MOST_ITEMS);
}

/**
 * @param {Item[]} items
 * @param {Open} open
 * @param {StoredEvent} stored
 */
function add(items, open, { seq, at, event }) {
  const key = `e${seq}`;
  const { tools, unfinished } = open;
  switch (event.type) {
    case 'transcript': {
      const place = unfinished.get(event['speaker']);
      /** @type {Item} */
      const line = { key, at, kind: 'line', speaker: event['speaker'], text: event['text'], final: event['final'] };
      unfinished.delete(event['speaker']);
      if (!line.final) unfinished.set(line.speaker, place ?? items.length);
      const before = place === undefined ? undefined : items[place];
      if (place !== undefined && before) items[place] = { ...line, key: before.key, at: before.at };
      else items.push(line);
      return;
    }
    case 'tool_started': {
      const name = event['name'];
      tools.set(event['tool_call_id'], items.length);
      items.push({ key, at, kind: 'tool', name, running: true, success: true, took: 0, message: '', to: '', why: '' });
      return;
    }
    case 'tool_finished': {
      const place = tools.get(event['tool_call_id']);
      const before = place === undefined ? undefined : items[place];
      /** @type {Item} */
      const done = {
        key: before?.key ?? key,
        at: before?.at ?? at,
        kind: 'tool',
        name: event['name'],
        running: false,
        success: event['success'],
        took: event['duration_ms'],
        message: event['message'] ?? '',
        to: before?.kind === 'tool' ? before.to : '',
        why: before?.kind === 'tool' ? before.why : '',
      };
      if (place !== undefined && before) items[place] = done;
      else items.push(done);
      return;
    }
    case 'booking_made':
    case 'booking_changed':
    case 'booking_cancelled': {
      const what = /** @type {'made' | 'changed' | 'cancelled'} */ (event.type.slice('booking_'.length));
      items.push({ key, at, kind: 'booking', what, booking: event['booking'] });
      return;
    }
    case 'slot_held':
      items.push({ key, at, kind: 'held', slot: event['slot'], until: event['until'] });
      return;
    case 'transfer_requested':
      open.handover = wished(items, key, at, event['department'] || event['number'] || '');
      return;
    default: {
      if (event.type === 'warning' && takenBack(items, open, event)) return;
      const note = noteOf(event);
      if (note) items.push({ key, at, kind: 'note', ...note });
    }
  }
}

/**
 * The caller is to be handed over. If a tool does it, that is said where the tool is; gives where it is said.
 * @param {Item[]} items Are changed.
 * @param {string} key
 * @param {string} at
 * @param {string} to Department or number.
 */
function wished(items, key, at, to) {
  const place = items.findLastIndex((item) => item.kind === 'tool' && item.running && handsOver(item.name));
  const tool = items[place];
  if (tool?.kind === 'tool') {
    items[place] = { ...tool, to };
    return place;
  }
  items.push({ key, at, kind: 'note', tone: 'info', what: 'transfer', detail: to });
  return items.length - 1;
}

/**
 * A hand-over that came to nothing is one item, which says why; gives whether the warning is one of that kind.
 * @param {Item[]} items Are changed.
 * @param {Open} open
 * @param {CallEvent} warning
 */
function takenBack(items, open, warning) {
  const told = open.handover === null ? undefined : items[open.handover];
  if (open.handover === null || !told || !NOT_HANDED_OVER.includes(warning['code'])) return false;
  const why = warning['message'] ?? '';
  if (told.kind === 'tool') items[open.handover] = { ...told, success: false, why };
  else if (told.kind === 'note') items[open.handover] = { ...told, tone: 'warn', what: 'transfer_failed', detail: why };
  open.handover = null;
  return true;
}

/**
 * @param {CallEvent} event
 * @returns {{tone: 'quiet' | 'warn' | 'bad' | 'info', what: string, detail: string} | null}
 */
function noteOf(event) {
  switch (event.type) {
    case 'call_started':
      return { tone: 'quiet', what: 'started', detail: event['direction'] ?? '' };
    case 'call_ended':
      return { tone: 'quiet', what: 'ended', detail: event['reason'] ?? '' };
    case 'status_changed':
      // Its beginning and its end are said by their own events.
      if (event['status'] === 'in-progress' || event['status'] === 'ended') return null;
      return { tone: 'quiet', what: 'status', detail: event['status'] };
    case 'customer_identified':
      return { tone: 'info', what: 'customer', detail: event['customer']?.name ?? '' };
    case 'booking_failed':
      return { tone: 'bad', what: 'failed', detail: event['reason'] ?? '' };
    case 'attempt_counted':
      return { tone: 'warn', what: 'attempt', detail: String(event['attempts'] ?? '') };
    case 'control_sent':
      return { tone: 'info', what: 'control', detail: `${event['by'] ?? ''}: ${event['action'] ?? ''}` };
    case 'warning':
      return { tone: 'warn', what: 'warning', detail: event['message'] ?? '' };
    case 'session_restored':
      return { tone: 'quiet', what: 'restored', detail: '' };
    default:
      // Offered times are in the tool's own words; of what is unknown nothing can be said.
      return null;
  }
}
