// Starts the page: signs in by link or by cookie, then leaves everything to the elements.

import * as api from './api.js';
import { everySecond } from './clock.js';
import { tokenIn } from './router.js';
import { mayBeSignedIn, store } from './store.js';
import '../elements/app.js';

/** How long until the server is asked again if it did not answer, milliseconds. */
const AGAIN = 3_000;

/** The token of the address, which is taken out of it at once: it would stay in the history, and others look on. */
function taken() {
  const token = tokenIn(location.hash);
  if (token !== null) history.replaceState(null, '', location.pathname);
  return token;
}

/**
 * @param {string | null} token
 * @returns {Promise<void>}
 */
async function start(token) {
  if (token === null && !mayBeSignedIn()) {
    store.leave('');
    return;
  }
  try {
    store.enter(token === null ? await api.who() : await api.login(token));
  } catch (problem) {
    const refused = problem instanceof api.Problem && (problem.status === 401 || problem.status === 403);
    if (refused) {
      store.leave(token === null ? '' : 'The link that you opened holds a token that is not valid here.');
      return;
    }
    store.leave('The server does not answer. This page tries again by itself.', true);
    setTimeout(() => store.session || start(token), AGAIN);
  }
}

// A link that is opened where the page is open already changes the address and loads nothing.
addEventListener('hashchange', () => {
  const token = taken();
  if (token !== null) start(token);
});

everySecond(() => store.tick());
start(taken());
