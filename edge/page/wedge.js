// A scanner types what it reads, very fast, and ends with Enter. It is heard wherever the focus is,
// and what it typed into a field meanwhile is taken out again.

/** No person types two keys within this time, ms; a scanner takes a few. */
const gapMaxMs = 45;
/** Fewer keys than this are no code. */
const keysMin = 4;
const keysMax = 800;
/** Some scanners say FNC1 (GS, ASCII 29) as Ctrl+], others as F8. */
const groupSeparator = '\u001d';

let burst = { text: '', lastMs: Number.NEGATIVE_INFINITY, field: null, before: '' };

const charOf = ({ key, ctrlKey, altKey, metaKey }) => {
  if ((ctrlKey && key === ']') || key === 'F8' || key === groupSeparator) return groupSeparator;
  return key.length === 1 && !ctrlKey && !altKey && !metaKey ? key : undefined;
};
const fieldOf = (target) => (target instanceof HTMLInputElement ? target : null);

/** `read` gets each code that a scanner reads. A page calls it once. */
export function listenToScanner(read) {
  document.addEventListener('keydown', (event) => hear(event, read), { capture: true });
}

function hear(event, read) {
  const { timeStamp, key, target } = event;
  const isFast = timeStamp - burst.lastMs <= gapMaxMs;
  if (key === 'Enter' && isFast && burst.text.length >= keysMin) {
    event.preventDefault();
    event.stopPropagation();
    return end(read);
  }
  const char = charOf(event);
  if (char === undefined) {
    // Shift and its kin belong to the next key, and say nothing.
    if (key.length === 1 || key === 'Enter') burst = { ...burst, text: '' };
    return;
  }
  if (!isFast || burst.text.length >= keysMax) {
    const field = fieldOf(target);
    burst = { text: '', lastMs: timeStamp, field, before: field?.value ?? '' };
  }
  if (char === groupSeparator) event.preventDefault();
  burst.text += char;
  burst.lastMs = timeStamp;
}

function end(read) {
  const { text, field, before } = burst;
  burst = { text: '', lastMs: Number.NEGATIVE_INFINITY, field: null, before: '' };
  if (field && field.value !== before) {
    field.value = before;
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }
  read(text);
}
