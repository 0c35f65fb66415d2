// What the page makes of a call's events.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MOST_ITEMS, itemsOf } from '../../src/http/dashboard/js/timeline.js';

const AT = '2026-09-22T14:30:00Z';

/** Events by position, in the order in which they arrived. */
const events = (...list) => new Map(list.map(([seq, event]) => [seq, { seq, at: AT, event }]));

const said = (speaker, text, final = true) => ({ type: 'transcript', speaker, text, final });

test('a line grows in place while it is spoken', () => {
  const items = itemsOf(events(
    [1, said('caller', 'I would', false)],
    [2, said('agent', 'Yes?', false)],
    [3, said('caller', 'I would like', false)],
    [4, said('caller', 'I would like to come.')],
    [5, said('caller', 'Tomorrow.')],
  ));
  assert.deepEqual(items.map((item) => [item.key, item.text, item.final]), [
    ['e1', 'I would like to come.', true],
    ['e2', 'Yes?', false],
    ['e5', 'Tomorrow.', true],
  ]);
});

test('events are put in order, each once, however they came', () => {
  const items = itemsOf(events([3, said('caller', 'c')], [1, said('caller', 'a')], [2, said('agent', 'b')]));
  assert.deepEqual(items.map((item) => item.text), ['a', 'b', 'c']);
});

test('a tool is one item from its start to its end', () => {
  const running = events([1, { type: 'tool_started', tool_call_id: 't1', name: 'x' }]);
  assert.deepEqual(itemsOf(running).map((item) => item.running), [true]);
  const done = events(
    [1, { type: 'tool_started', tool_call_id: 't1', name: 'x' }],
    [2, said('agent', 'One moment.')],
    [3, { type: 'tool_finished', tool_call_id: 't1', name: 'x', success: false, duration_ms: 12, message: 'No.' }],
  );
  const [tool, line] = itemsOf(done);
  assert.deepEqual([tool.key, tool.running, tool.success, tool.took, tool.message], ['e1', false, false, 12, 'No.']);
  assert.equal(line.kind, 'line');
});

test('the end of a tool whose start is not known is shown all the same', () => {
  const items = itemsOf(events([8, { type: 'tool_finished', tool_call_id: 't', name: 'x', success: true, duration_ms: 1 }]));
  assert.deepEqual(items.map((item) => [item.kind, item.running]), [['tool', false]]);
});

const wish = { type: 'transfer_requested', department: 'billing', number: null, summary: 'An invoice.' };
const refused = { type: 'warning', code: 'no_transfer_number', message: 'No department has a number.' };
const handing = { type: 'tool_started', tool_call_id: 't1', name: 'transfer_call' };
const ended = (success) => ({ type: 'tool_finished', tool_call_id: 't1', name: 'transfer_call', success, duration_ms: 2, message: 'Sorry.' });

test('a hand-over that is refused is one entry, which says to whom and why not', () => {
  const items = itemsOf(events([1, handing], [2, wish], [3, refused], [4, ended(false)]));
  assert.deepEqual(items.map((item) => [item.key, item.kind, item.success, item.to, item.why, item.message]), [
    ['e1', 'tool', false, 'billing', 'No department has a number.', 'Sorry.'],
  ]);
});

test('a hand-over that was sent and did not happen is told where it was sent', () => {
  const failed = { type: 'warning', code: 'transfer_failed', message: 'Nobody took it.' };
  const items = itemsOf(events([1, handing], [2, wish], [3, ended(true)], [4, said('caller', 'Hello?')], [5, failed]));
  assert.deepEqual(items.map((item) => [item.kind, item.success, item.why]), [
    ['tool', false, 'Nobody took it.'],
    ['line', undefined, undefined],
  ]);
});

test('a hand-over without a tool is one entry too, and other warnings stay their own', () => {
  const other = { type: 'warning', code: 'slow', message: 'Slow.' };
  const notes = (...list) => itemsOf(events(...list)).map((item) => [item.what, item.detail]);
  assert.deepEqual(notes([1, wish]), [['transfer', 'billing']]);
  assert.deepEqual(notes([1, wish], [2, refused]), [['transfer_failed', 'No department has a number.']]);
  assert.deepEqual(notes([1, wish], [2, other]), [['transfer', 'billing'], ['warning', 'Slow.']]);
  assert.deepEqual(notes([1, refused]), [['warning', 'No department has a number.']]);
});

test('what nobody knew yet is left out, and what has no words is too', () => {
  assert.deepEqual(itemsOf(events([1, { type: 'something_new' }], [2, { type: 'slots_offered', slots: [] }])), []);
});

test('a call that never ends does not fill the memory', () => {
  const many = new Map();
  for (let seq = 1; seq <= MOST_ITEMS + 500; seq += 1) many.set(seq, { seq, at: AT, event: said('caller', String(seq)) });
  const items = itemsOf(many);
  assert.equal(items.length, MOST_ITEMS);
  assert.equal(items.at(-1).text, String(MOST_ITEMS + 500));
});
