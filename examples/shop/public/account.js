import {customer, element, login, logout} from './shop.js';

const everyone = await (await fetch('customers.json')).json();
const consents = [['consent.sms_marketing', 'SMS'], ['consent.matching', 'rapprochement']];

const badge = (someone, [field, label]) => {
  const agreed = someone[field] === 'yes';
  return `<span class="badge${agreed ? ' agreed' : ''}">${label}&nbsp;: ${agreed ? 'oui' : 'non'}</span>`;
};

const choice = (someone, index) => `
  <li>
    <button type="button" class="person" data-index="${index}"
        aria-pressed="${customer()?.email === someone.email}">
      <span class="name">${someone.first_name} ${someone.last_name}</span>
      <span class="small">${someone.city} · ${someone.phone}</span>
      <span>${consents.map(consent => badge(someone, consent)).join(' ')}</span>
    </button>
  </li>`;

function show() {
  const known = customer();
  element('#people').innerHTML = everyone.map(choice).join('');
  element('#who').textContent = known ? `Bonjour ${known.first_name}, vous êtes connecté·e.` : 'Vous n’êtes pas connecté·e.';
  element('#logout').hidden = !known;
}

element('#people').addEventListener('click', ({target}) => {
  const button = target.closest('[data-index]');
  if (!button) return;
  login(everyone[button.dataset.index]);
  show();
  element('#people [aria-pressed=true]').focus();
});
// A fresh page, so that nothing of the former visitor stays in memory.
element('#logout').addEventListener('click', () => {
  logout();
  location.reload();
});

show();
