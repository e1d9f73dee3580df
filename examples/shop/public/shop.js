// What every page shares: the frame, the cart, the visitor's choice about tracking, the login.

import {product} from './catalogue.js';

const HALF_YEAR = 182 * 24 * 3600 * 1000;

// --- Storage ---

const read = name => JSON.parse(localStorage.getItem(`lumen.${name}`));
const write = (name, value) => localStorage.setItem(`lumen.${name}`, JSON.stringify(value));

export const cart = () =>
  (read('cart') || []).map(({id, quantity}) => ({...product(id), quantity}));

export function setQuantity(id, quantity) {
  const lines = (read('cart') || []).filter(line => line.id !== id || quantity > 0);
  const line = lines.find(candidate => candidate.id === id);
  if (line) line.quantity = quantity;
  else if (quantity > 0) lines.push({id, quantity});
  write('cart', lines);
  showCount();
}

export const quantityOf = id => cart().find(line => line.id === id)?.quantity ?? 0;
export const total = lines => lines.reduce((sum, line) => sum + line.price * line.quantity, 0);

export const lastOrder = () => read('order');
export const keepOrder = order => write('order', order);
export function emptyCart() {
  write('cart', []);
  showCount();
}

// --- Words and figures ---

export const euros = amount =>
  new Intl.NumberFormat('fr-FR', {style: 'currency', currency: 'EUR'}).format(amount);

export const element = selector => document.querySelector(selector);

// --- Tracking ---

// The GA4 fields that e-commerce events have in common.
export const basket = lines => ({
  currency: 'EUR',
  value: total(lines),
  items: lines.map(({id, name, category, price, quantity}) =>
    ({item_id: id, item_name: name, item_category: category, price, quantity})),
});

export const customer = () => read('customer');

export function login(someone) {
  write('customer', someone);
  identify();
}

export const logout = () => localStorage.removeItem('lumen.customer');

function identify() {
  const known = customer();
  if (known) relance('identify', {email: known.email, phone: known.phone});
}

function choice() {
  const kept = read('tracking');
  return kept && Date.now() - kept.at < HALF_YEAR ? kept.answer : null;
}

function choose(answer) {
  const before = choice();
  write('tracking', {answer, at: Date.now()});
  relance('consent', answer);
  if (before === 'deny') identify(); // the refusal made the snippet forget who is logged in
}

// --- Frame ---

const banner = () => `
  <section id="tracking" class="banner" aria-labelledby="tracking-title" hidden>
    <div>
      <h2 id="tracking-title" tabindex="-1">Vos visites, un rappel&nbsp;?</h2>
      <p>Avec votre accord, Maison Lumen et son prestataire Relance retiennent les articles que vous regardez
        ici. Si vous nous avez donné votre numéro et accepté nos SMS, cette visite peut mener à un rappel par
        SMS. Vous pouvez changer d’avis à tout moment, en bas de chaque page.</p>
    </div>
    <div class="answers">
      <button type="button" data-answer="deny">Refuser</button>
      <button type="button" data-answer="grant">Accepter</button>
    </div>
  </section>`;

const header = () => `
  <a class="skip" href="#main">Aller au contenu</a>
  <header class="top">
    <a class="brand" href="index.html">Maison Lumen</a>
    <nav aria-label="Boutique">
      <a href="index.html#lampes">Lampes</a>
      <a href="index.html#the">Thé</a>
      <a href="account.html">Mon compte</a>
      <a href="cart.html">Panier <span id="count" class="count"></span></a>
    </nav>
  </header>`;

const footer = () => `
  <footer class="bottom">
    <p>Boutique de démonstration&nbsp;: rien n’est à vendre, les clients sont inventés.</p>
    <button type="button" id="tracking-open" class="link">Mes choix de suivi</button>
  </footer>`;

function showCount() {
  const count = cart().reduce((sum, line) => sum + line.quantity, 0);
  element('#count').innerHTML = `${count}<span class="unseen"> article${count > 1 ? 's' : ''}</span>`;
}

function frame() {
  document.body.insertAdjacentHTML('afterbegin', header());
  document.body.insertAdjacentHTML('beforeend', footer() + banner());
  showCount();

  const panel = element('#tracking');
  // A browser that already says no to every site need not be asked.
  panel.hidden = choice() !== null || navigator.globalPrivacyControl === true;
  panel.addEventListener('click', ({target}) => {
    if (!target.dataset.answer) return;
    choose(target.dataset.answer);
    panel.hidden = true;
  });
  element('#tracking-open').addEventListener('click', () => {
    panel.hidden = false;
    element('#tracking-title').focus();
  });
}

frame();
if (choice()) relance('consent', choice());
identify();
