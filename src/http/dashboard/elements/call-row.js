// One call in the list of live calls. Owns its parts and patches only what changed; knows nothing of its place.

/** @import { CallState } from '../js/types.js' */
/** @import { Ended } from '../js/store.js' */

import { now } from '../js/clock.js';
import { h, icon, setAttribute, setText, show } from '../js/dom.js';
import { callKey } from '../js/feed.js';
import { ICONS } from '../js/icons.js';
import { callLink } from '../js/router.js';
import { store } from '../js/store.js';
import { cityOf, clockTime, foreignZone, timer, took } from '../js/time.js';
import { appointment, callerName, count, outcome, phone, speakerWord, statusWord, toolDone, toolRunning } from '../js/words.js';
import { bookingLine, foreign, offeredNow } from './parts.js';

/** Lines of speech that a roomy row shows. */
const SPOKEN = 3;

/** How long a tool that has ended is still named, milliseconds. */
const LINGERS = 8_000;

export class CallRow {
  /** @param {CallState} call */
  constructor(call) {
    this.key = callKey(call.org, call.call_id);
    /** @type {CallState | null} */
    this.call = null;
    /** @type {Ended | null} */
    this.ended = null;
    this.several = false;
    /** @type {string | null} */
    this.reason = null;
    /** What the row says was said last. */
    this.spoken = '';
    /** @type {HTMLElement | null} */
    this.held = null;
    this.name = h('a', { class: 'call-name', href: callLink(call.org, call.call_id), dir: 'auto' });
    this.alarm = h('span', { class: 'alarm', hidden: true }, icon(ICONS.warning), h('span', {}));
    this.tries = h('span', { class: 'tries', hidden: true });
    this.number = h('span', { class: 'number' });
    this.org = h('span', { class: 'org', dir: 'auto' });
    this.activity = h('span', { class: 'activity' });
    this.elapsed = h('span', { class: 'elapsed' });
    this.speech = h('div', { class: 'speeches' });
    this.warning = h('div', { class: 'warning-line', dir: 'auto', hidden: true });
    this.booked = h('span', { class: 'booked' });
    this.offered = h('span', { class: 'offered' });
    this.timer = h('span', { class: 'timer' });
    this.since = h('span', { class: 'since' });
    this.zone = h('span', { class: 'zone' });
    this.element = h('li', { class: 'call-row', 'data-call': call.call_id, 'data-org': call.org },
      h('div', { class: 'who' },
        h('div', { class: 'line' }, this.name, this.alarm),
        h('div', { class: 'line second' }, this.number, this.org)),
      h('div', { class: 'now' }, h('div', { class: 'line' }, this.activity, this.elapsed)),
      this.speech,
      h('div', { class: 'result' },
        h('div', { class: 'line' }, this.booked),
        h('div', { class: 'line second' }, this.tries, this.offered)),
      h('div', { class: 'time' },
        h('div', { class: 'line' }, this.timer),
        h('div', { class: 'line second' }, this.since, this.zone)),
      this.warning);
    this.update(call, null);
  }

  /**
   * @param {CallState} call
   * @param {Ended | null} ended
   */
  update(call, ended) {
    if (this.call === call && this.ended === ended && this.reason === (ended?.reason ?? null) && this.several === store.several) return;
    const before = this.call;
    this.call = call;
    this.ended = ended;
    this.reason = ended?.reason ?? null;
    this.several = store.several;
    setText(this.name, callerName(call));
    setAttribute(this.name, 'title', callerName(call));
    const number = phone(call.caller.number ?? call.customer?.phone) || 'Number withheld';
    setText(this.number, callerName(call) === number ? (call.direction === 'outbound' ? 'Outbound call' : 'Inbound call') : number);
    this.name.classList.toggle('number', callerName(call) === number);
    show(this.tries, call.attempts > 0);
    setText(this.tries, count(call.attempts, 'failed try', 'failed tries'));
    show(this.org, this.several);
    setText(this.org, store.orgName(call.org));
    const warnings = call.warnings.length;
    show(this.alarm, warnings > 0);
    setText(/** @type {Node} */ (this.alarm.lastChild), String(warnings));
    setAttribute(this.alarm, 'title', warnings > 0 ? count(warnings, 'warning') : null);
    const last = call.warnings.at(-1);
    show(this.warning, last !== undefined);
    setText(this.warning, last?.message ?? '');
    this.element.classList.toggle('warned', warnings > 0);
    this.element.classList.toggle('over', ended !== null);
    // Fields that did not change are the same objects as before.
    const same = before?.bookings === call.bookings && before.offered_slots === call.offered_slots && before.held_slot === call.held_slot;
    if (!same) this.#results(call);
    this.#speech(call);
    this.#since(call);
    this.tick();
  }

  /** @param {CallState} call */
  #since(call) {
    const zone = store.zone(call.org);
    setText(this.since, clockTime(call.started_at, zone));
    const away = foreignZone(zone, now());
    setText(this.zone, away);
    setAttribute(this.zone, 'title', away ? `${cityOf(zone)} time` : null);
  }

  /** The last lines; how many of them are seen is the list's matter. @param {CallState} call */
  #speech(call) {
    const lines = call.transcript_tail.slice(-SPOKEN);
    const signature = JSON.stringify(lines.map((line) => [line.speaker, line.text]));
    if (this.spoken === signature) return;
    this.spoken = signature;
    this.speech.replaceChildren(...lines.map((line) =>
      h('div', { class: `speech ${line.final ? '' : 'unfinished'}` },
        h('span', { class: 'speaker' }, `${speakerWord(line.speaker)} `), foreign(line.text))));
  }

  /** @param {CallState} call */
  #results(call) {
    const booking = call.bookings.at(-1);
    const parts = [];
    if (booking) {
      parts.push(bookingLine(booking));
      if (call.bookings.length > 1) parts.push(h('span', { class: 'more' }, `+${call.bookings.length - 1}`));
    }
    this.held = call.held_slot ? h('span', { class: 'left' }) : null;
    if (call.held_slot && this.held) {
      parts.push(h('span', { class: 'held' }, h('span', {}, `Keeping ${appointment(call.held_slot)}`), this.held));
    }
    this.booked.replaceChildren(...parts);
    const offer = offeredNow(call.offered_slots);
    const times = offer?.times.map((slot) => clockTime(slot.start, slot.time_zone)).join(', ') ?? '';
    setText(this.offered, offer ? `Offered ${offer.day}: ${times}${offer.more > 0 ? ` and ${offer.more} more` : ''}` : '');
    setAttribute(this.offered, 'title', this.offered.textContent || null);
  }

  /** What changes with time alone. */
  tick() {
    const { call, ended } = this;
    if (!call) return;
    const began = Date.parse(call.started_at);
    setText(this.timer, timer((ended?.at ?? now()) - began));
    if (this.held && call.held_slot) {
      const left = Date.parse(call.held_slot.until) - now();
      setText(this.held, left > 0 ? `${timer(left)} left` : 'time is up');
    }
    if (ended) this.#over(call, ended);
    else this.#activity(call);
  }

  /**
   * @param {CallState} call
   * @param {Ended} ended
   */
  #over(call, ended) {
    const result = outcome(call, ended.reason);
    this.#act(result.tone, result.text, 'ended');
    setText(this.elapsed, '');
  }

  /** @param {CallState} call */
  #activity(call) {
    const tool = call.tools_in_flight[0];
    if (tool) {
      const more = call.tools_in_flight.length - 1;
      this.#act('info', `${toolRunning(tool.name)}${more > 0 ? ` and ${more} more` : ''}`, 'running');
      setText(this.elapsed, `${Math.max(0, Math.floor((now() - Date.parse(tool.started_at)) / 1000))} s`);
      return;
    }
    const done = store.feed.lastTools.get(this.key);
    if (done && now() - Date.parse(done.at) < LINGERS) {
      this.#act(done.success ? 'good' : 'warn', toolDone(done.name, done.success), 'done');
      setText(this.elapsed, took(done.duration_ms));
      return;
    }
    this.#act('plain', statusWord(call.status), call.status === 'in-progress' ? 'talking' : 'status');
    setText(this.elapsed, '');
  }

  /**
   * @param {string} tone
   * @param {string} text
   * @param {string} kind
   */
  #act(tone, text, kind) {
    setText(this.activity, text);
    const name = `activity ${tone}`;
    if (this.activity.className !== name) this.activity.className = name;
    setAttribute(this.activity, 'data-kind', kind);
    setAttribute(this.element, 'data-phase', this.ended ? 'ended' : kind);
  }
}

