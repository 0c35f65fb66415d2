// What the banner says of connections and of the customer directory: as the server has it now, in whole sentences.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Troubles } from '../../src/http/dashboard/js/troubles.js';

const well = {
  org: 'o', connection_id: null, provider: 'customerconnect', status: 'connected', state: 'closed', problem: null,
  warning: null, reconnect_url: null,
};

const refused = {
  ...well, status: 'error', state: 'open', problem: 'the directory refuses the key; enter it again in the settings',
};

const notice = (code, warning) => ({
  type: 'notice', org: 'o', at: '2026-09-22T14:30:00Z', code, message: 'In the words of the feed.', warning,
  connection_id: null, booking_id: null,
});

/** What a banner shows, and a server that answers with what `says` holds when it is asked, once `gate` is open. */
function page() {
  const server = { says: [well], asked: 0, gate: Promise.resolve() };
  globalThis.fetch = async () => {
    server.asked += 1;
    const said = JSON.stringify({ items: server.says });
    await server.gate;
    return new Response(said, { headers: { 'content-type': 'application/json' } });
  };
  const troubles = new Troubles(() => {});
  const words = () => troubles.list(() => true).map((trouble) => trouble.words);
  const until = async (wanted) => {
    for (let round = 0; round < 1000 && JSON.stringify(words()) !== JSON.stringify(wanted); round += 1) {
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    assert.deepEqual(words(), wanted);
  };
  return { server, troubles, until };
}

const REFUSED = 'CustomerConnect: the directory refuses the key; enter it again in the settings. '
  + 'Calls go on without customer history.';

test('a customer directory that does not work is named with what to do, until it works again', async () => {
  const { server, troubles, until } = page();
  server.says = [refused];
  troubles.take(notice('directory_refuses_key', true));
  await until([REFUSED]);
  server.says = [well];
  troubles.take(notice('directory_back', false));
  await until([]);
});

test('what is said while the server is asked is asked for once more', async () => {
  const { server, troubles, until } = page();
  let open = () => {};
  server.gate = new Promise((resolve) => { open = resolve; });
  troubles.ask();
  server.says = [refused];
  troubles.take(notice('directory_unavailable', true));
  troubles.take(notice('directory_unavailable', true));
  open();
  await until([REFUSED]);
  assert.equal(server.asked, 2);
});

test('a calendar that is left alone is named, and a warning that only the feed brings as it is worded', async () => {
  const { server, troubles, until } = page();
  server.says = [{ ...well, provider: 'calcom', connection_id: 'c', state: 'open' }];
  troubles.take({ ...notice('provider_away', true), connection_id: 'c' });
  await until(['Cal.com does not answer and is left alone for a while.']);
  troubles.take({ ...notice('booking_unsettled', true), booking_id: 'b' });
  await until(['Cal.com does not answer and is left alone for a while.', 'In the words of the feed.']);
});
