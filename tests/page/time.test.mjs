// Times on the page: days begin where the org is, also where clocks change.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { dayStart, foreignZone, isoDay, roughly, timer, took } from '../../src/http/dashboard/js/time.js';
import { route, tokenIn } from '../../src/http/dashboard/js/router.js';

test('a day begins at local midnight, also on days of 23 and 25 hours', () => {
  for (const [zone, at, begins] of [
    ['America/Chicago', '2026-09-14T14:00:00Z', '2026-09-14T05:00:00Z'],
    ['Asia/Kolkata', '2026-09-14T18:45:00Z', '2026-09-14T18:30:00Z'],
    ['Pacific/Apia', '2026-09-14T10:59:00Z', '2026-09-13T11:00:00Z'],
    // The clocks went forward and back on these days.
    ['America/Chicago', '2026-03-08T22:00:00Z', '2026-03-08T06:00:00Z'],
    ['America/Chicago', '2026-11-02T04:30:00Z', '2026-11-01T05:00:00Z'],
    // Midnight itself did not exist.
    ['America/Asuncion', '2023-10-01T12:00:00Z', '2023-10-01T04:00:00Z'],
  ]) {
    const found = new Date(dayStart(Date.parse(at), zone)).toISOString();
    assert.equal(found, begins.replace('Z', '.000Z'), `${zone} ${at}`);
  }
});

test('the next day begins where this one ends', () => {
  for (const at of ['2026-03-08T22:00:00Z', '2026-11-01T22:00:00Z', '2026-07-01T00:00:00Z']) {
    const zone = 'America/Chicago';
    const next = dayStart(Date.parse(at), zone, 1);
    assert.equal(isoDay(next - 1, zone), isoDay(Date.parse(at), zone));
    assert.notEqual(isoDay(next, zone), isoDay(Date.parse(at), zone));
  }
});

test('durations are short to read and never negative', () => {
  assert.equal(timer(-5), '0:00');
  assert.equal(timer(65_000), '1:05');
  assert.equal(timer(3_723_000), '1:02:03');
  assert.equal(took(2.4), '2 ms');
  assert.equal(took(1_449), '1.4 s');
  assert.equal(roughly(1_000), '1 second');
  assert.equal(roughly(150_000), '3 minutes');
});

test('addresses lead to pages, whatever is in them', () => {
  assert.deepEqual(route(''), { page: 'calls' });
  assert.deepEqual(route('#/calls/o%2F1/c%20x'), { page: 'call', org: 'o/1', call: 'c x' });
  assert.deepEqual(route('#/calls/o/%E0%A4%A'), { page: 'call', org: 'o', call: '%E0%A4%A' });
  assert.deepEqual(route('#/bookings/calendar'), { page: 'bookings', which: 'calendar' });
  assert.deepEqual(route('#/nonsense'), { page: 'calls' });
  assert.equal(tokenIn('#token=hsa_a%3Bb'), 'hsa_a;b');
  assert.equal(tokenIn('#/calls'), null);
});

test('a zone has a short name where its time is another, and none where it is the same', () => {
  const at = Date.parse('2026-09-14T18:45:00Z');
  const here = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  assert.equal(foreignZone(here, at), '');
  assert.equal(foreignZone('', at), '');
  for (const zone of ['Asia/Kolkata', 'America/Chicago', 'Europe/Berlin', 'Australia/Lord_Howe', 'Pacific/Chatham']) {
    if (zone !== here) assert.match(foreignZone(zone, at), /^([A-Z]{2,5}|GMT[+-]\d{1,2}(:\d\d)?)$/, zone);
  }
});
