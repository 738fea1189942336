// The only script of the console: keys, copying, search as one types. Every page reads and works without it.

const KEYS_OFF = 'segment-console-keys-off';
const search = () => document.querySelector('main [data-search]') ?? document.querySelector('[data-search]');
const dialog = document.querySelector('#keys');
let goesOn = false;

/** @param {Element | null} target */
const isField = (target) =>
  target instanceof HTMLElement && target.matches('input:not([type=checkbox]), select, textarea');

const moves = {
  '/': () => {
    search()?.focus();
    search()?.select();
  },
  '?': () => dialog?.showModal(),
  j: () => step(1),
  k: () => step(-1),
  n: () => document.querySelector('a[rel=next]')?.click(),
  g: () => {
    goesOn = true;
    setTimeout(() => {
      goesOn = false;
    }, 1_000);
  },
};

/** @param {number} by */
function step(by) {
  const links = [...document.querySelectorAll('main tbody th a')];
  const at = links.indexOf(document.activeElement);
  const next = at === -1 ? (by > 0 ? 0 : links.length - 1) : at + by;
  links[next]?.focus();
}

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === 'Escape' && isField(event.target)) return event.target.blur();
  if (isField(event.target) || dialog?.open || localStorage.getItem(KEYS_OFF) !== null) return;
  const section = goesOn ? document.querySelector(`[data-go="${CSS.escape(event.key)}"]`) : null;
  goesOn = false;
  const move = section === null ? moves[event.key] : () => section.click();
  if (move === undefined) return;
  event.preventDefault();
  move();
});

const keysOn = document.querySelector('[data-keys-on]');
if (keysOn !== null) {
  keysOn.checked = localStorage.getItem(KEYS_OFF) === null;
  keysOn.addEventListener('change', () => {
    if (keysOn.checked) localStorage.removeItem(KEYS_OFF);
    else localStorage.setItem(KEYS_OFF, '');
  });
}

document.addEventListener('click', async (event) => {
  const button = event.target instanceof Element ? event.target.closest('button') : null;
  if (button === null) return;
  if ('keys' in button.dataset) dialog?.showModal();
  if (button.dataset.copy === undefined) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  button.textContent = 'Copied';
  setTimeout(() => {
    button.textContent = 'Copy';
  }, 1_500);
});

/** Search as one types: the same page, asked for again; its URL says what is shown. */
let asked = new AbortController();
let waiting = 0;

async function renew(form) {
  asked.abort();
  asked = new AbortController();
  const url = new URL(form.action);
  url.search = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ''));
  const target = document.getElementById(form.dataset.live);
  try {
    const response = await fetch(url, { signal: asked.signal, credentials: 'same-origin' });
    // Signed out meanwhile: let the browser go there itself.
    if (response.redirected) return location.assign(url);
    const page = new DOMParser().parseFromString(await response.text(), 'text/html');
    target?.replaceChildren(...(page.getElementById(form.dataset.live)?.childNodes ?? []));
    history.replaceState(null, '', url);
    reveal();
  } catch (error) {
    if (error.name !== 'AbortError') form.submit();
  }
}

for (const form of document.querySelectorAll('form[data-live]')) {
  form.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(renew, 120, form);
  });
}

/** A wrong confirmation is not even sent; the server checks it all the same. */
for (const input of document.querySelectorAll('[data-confirm]')) {
  const button = input.form.querySelector('button');
  const check = () => {
    button.disabled = input.value.trim() !== input.dataset.confirm;
  };
  input.addEventListener('input', check);
  check();
}

/** What only a script can do is shown where one runs. */
function reveal() {
  for (const button of document.querySelectorAll('[data-keys]')) button.hidden = false;
  // Only where a browser lets pages copy: over https, or on this machine.
  if (navigator.clipboard) for (const button of document.querySelectorAll('[data-copy]')) button.hidden = false;
}
reveal();
