// How the page folds the feed: a snapshot and what follows make the state, twice is as good as once.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { callKey, createFeed, fold, retain } from '../../src/http/dashboard/js/feed.js';

const AT = '2026-09-22T14:30:00Z';

const snapshot = (org, seq, calls, epoch = 'e1') => ({ type: 'snapshot', org, epoch, seq, calls });

const event = (org, seq, call, kind, state = {}, more = {}) => ({
  type: 'event', org, seq, call_id: call, call_seq: seq, at: AT, event: { type: kind, ...more }, state,
});

const live = (call, more = {}) => ({ call_id: call, org: 'o', status: 'in-progress', started_at: AT, ...more });

test('a snapshot replaces the calls of its org and of no other', () => {
  const feed = createFeed();
  fold(feed, snapshot('o', 4, [live('a'), live('b')]));
  fold(feed, snapshot('p', 1, [{ ...live('a'), org: 'p' }]));
  const change = fold(feed, snapshot('o', 9, [live('b', { attempts: 2 })]));
  assert.deepEqual([...feed.calls.keys()].sort(), [callKey('o', 'b'), callKey('p', 'a')]);
  assert.deepEqual(change.missing.map((call) => call.call_id), ['a']);
  assert.equal(feed.calls.get('o/b').attempts, 2);
  assert.deepEqual(feed.orgs.get('o'), { epoch: 'e1', seq: 9 });
});

test('a call of which little was said has every field', () => {
  const feed = createFeed();
  fold(feed, snapshot('o', 0, []));
  fold(feed, event('o', 1, 'a', 'transcript', { transcript_tail: [] }));
  const call = feed.calls.get('o/a');
  for (const list of ['offered_slots', 'bookings', 'tools_in_flight', 'transcript_tail', 'warnings', 'watchers']) {
    assert.deepEqual(call[list], [], list);
  }
  assert.equal(call.caller.number, null);
  assert.equal(call.started_at, AT);
});

test('an event replaces the fields it names, whole, and makes a new call object', () => {
  const feed = createFeed();
  fold(feed, snapshot('o', 0, [live('a', { attempts: 1, warnings: [{ at: AT, code: 'x', message: 'm' }] })]));
  const before = feed.calls.get('o/a');
  const change = fold(feed, event('o', 1, 'a', 'attempt_counted', { attempts: 2 }));
  const after = feed.calls.get('o/a');
  assert.notEqual(after, before);
  assert.equal(after.attempts, 2);
  assert.equal(after.warnings.length, 1);
  assert.deepEqual(change.touched, ['o/a']);
});

test('an event that was seen changes nothing', () => {
  const feed = createFeed();
  fold(feed, snapshot('o', 5, [live('a')]));
  const late = fold(feed, event('o', 5, 'a', 'attempt_counted', { attempts: 9 }));
  assert.equal(late.event, null);
  const frame = event('o', 6, 'a', 'attempt_counted', { attempts: 1 });
  fold(feed, frame);
  fold(feed, event('o', 7, 'a', 'attempt_counted', { attempts: 2 }));
  assert.equal(fold(feed, frame).event, null);
  assert.equal(feed.calls.get('o/a').attempts, 2);
});

test('a call that ends is given back once and is never live again', () => {
  const feed = createFeed();
  fold(feed, snapshot('o', 0, [live('a')]));
  const ended = fold(feed, event('o', 1, 'a', 'call_ended', { status: 'ended' }, { reason: 'r' }));
  assert.equal(ended.ended.call_id, 'a');
  assert.equal(feed.calls.size, 0);
  const after = fold(feed, event('o', 2, 'a', 'tool_finished', { status: 'ended', tools_in_flight: [] }));
  assert.equal(after.ended, null);
  assert.equal(after.event.event.type, 'tool_finished');
  assert.equal(feed.calls.size, 0);
  assert.equal(feed.lastTools.size, 0);
});

test('the tool that ended last is remembered as long as its call', () => {
  const feed = createFeed();
  fold(feed, snapshot('o', 0, [live('a')]));
  fold(feed, event('o', 1, 'a', 'tool_finished', {}, { name: 't', success: true, duration_ms: 3 }));
  assert.equal(feed.lastTools.get('o/a').duration_ms, 3);
  fold(feed, snapshot('o', 2, []));
  assert.equal(feed.lastTools.size, 0);
});

test('a new run of the server begins to count again', () => {
  const feed = createFeed();
  fold(feed, snapshot('o', 900, [live('a')]));
  fold(feed, snapshot('o', 0, [live('a')], 'e2'));
  fold(feed, event('o', 1, 'a', 'attempt_counted', { attempts: 1 }));
  assert.equal(feed.calls.get('o/a').attempts, 1);
});

test('what is not ours to see is forgotten', () => {
  const feed = createFeed();
  fold(feed, snapshot('o', 0, [live('a')]));
  fold(feed, snapshot('p', 0, [{ ...live('a'), org: 'p' }]));
  retain(feed, (org) => org === 'p');
  assert.deepEqual([...feed.calls.keys()], ['p/a']);
  assert.deepEqual([...feed.orgs.keys()], ['p']);
});

test('a snapshot and any of its later events make the same as seeing all', () => {
  const frames = [];
  const state = { attempts: 0, warnings: [] };
  for (let seq = 1; seq <= 200; seq += 1) {
    const call = `c${seq % 7}`;
    const ends = seq % 31 === 0;
    frames.push(event('o', seq, call, ends ? 'call_ended' : 'attempt_counted', ends ? { status: 'ended' } : { ...state, attempts: seq }));
  }
  const all = createFeed();
  fold(all, snapshot('o', 0, []));
  for (const frame of frames) fold(all, frame);
  for (const at of [0, 1, 60, 150, 200]) {
    const before = createFeed();
    fold(before, snapshot('o', 0, []));
    for (const frame of frames.slice(0, at)) fold(before, frame);
    const late = createFeed();
    fold(late, snapshot('o', at, [...before.calls.values()]));
    // A feed may repeat what the snapshot had.
    for (const frame of frames.slice(Math.max(0, at - 20))) fold(late, frame);
    assert.deepEqual(new Map([...late.calls].sort()), new Map([...all.calls].sort()), `from ${at}`);
  }
});

test('frames of a kind that nobody knew are let pass', () => {
  const feed = createFeed();
  assert.deepEqual(fold(feed, { type: 'something_new' }).touched, []);
  assert.deepEqual(fold(feed, { type: 'pong', now: AT }).touched, []);
});
