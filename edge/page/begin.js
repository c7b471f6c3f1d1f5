// What every page does: hears the edge, knows who is there, keeps what was asked, and listens to
// taps, keys and the scanner.
import { decisionChanged } from './decision.js';
import { listenToTaps } from './dom.js';
import './fact.js';
import { listenToFields } from './fields.js';
import { wishChanged } from './form.js';
import { tick } from './header.js';
import { askAllAgain, onWishes } from './intents.js';
import { openLot } from './kin.js';
import { follow, listen, live } from './live.js';
import './matter.js';
import { readCode } from './scan.js';
import { onPerson, refreshSession, session, watchSession } from './session.js';
import { closeSheet, drawSheet, listenToSheet, openedSheet } from './sheet.js';
import { openSignIn } from './signin.js';
import { drawTold, forgetTold } from './told.js';
import { listenToScanner } from './wedge.js';

/** A code that no sheet asked for: a badge lets its person in, anything else is looked up. */
async function scanned(code) {
  const sheet = openedSheet();
  if (sheet) return sheet.scan?.(code);
  const read = await readCode(code);
  if (openedSheet()) return;
  const lot = read?.lot ?? read?.serial;
  if (lot) return openLot(lot);
  const isBadge = read === undefined || read.is === 'person' || read.is === 'unknown';
  if (isBadge && !session.person) return openSignIn(code);
  openLot(code);
}

/** A page says that it waits for its edge once it has heard nothing for so long, ms. */
const quietMs = 250;

/** Starts a page: the stream that it follows, and what draws it from the last word. */
export function begin({ url, event, drawPage }) {
  const drawAll = () => {
    drawPage();
    drawTold();
    drawSheet();
  };
  listenToTaps();
  listenToFields();
  listenToSheet();
  listenToScanner((code) => void scanned(code));
  watchSession();
  onPerson(({ before, isFirst }) => {
    // What somebody began is theirs: the sheet is shut with it, and kept for them.
    if (before) closeSheet();
    askAllAgain();
    if (!isFirst) listen();
    drawAll();
  });
  onWishes(() => {
    wishChanged();
    decisionChanged();
    drawTold();
  });
  follow(url, event, ({ back }) => {
    drawAll();
    if (!back) return;
    void refreshSession();
    askAllAgain();
  });
  void refreshSession();
  // A page that hears its edge at once need not say that it waits for it.
  setTimeout(() => live.heardMs() === null && drawAll(), quietMs);
  setInterval(() => {
    tick();
    forgetTold();
  }, 1_000);
}
