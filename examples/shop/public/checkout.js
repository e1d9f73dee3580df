import {basket, cart, customer, element, emptyCart, euros, keepOrder, total} from './shop.js';

const lines = cart();
const form = element('form');

if (lines.length) {
  element('#summary').innerHTML = lines.map(line => `
    <li><span>${line.quantity} × ${line.name}</span><span class="price">${euros(line.price * line.quantity)}</span></li>
  `).join('');
  element('#total').textContent = euros(total(lines));
  relance('track', 'begin_checkout', basket(lines));
} else {
  location.replace('cart.html');
}

for (const [name, value] of Object.entries(customer() || {})) {
  if (form.elements[name]) form.elements[name].value = value;
}

form.addEventListener('submit', event => {
  event.preventDefault();
  const number = crypto.getRandomValues(new Uint32Array(1))[0];
  keepOrder({id: `ML-${number}`, lines, tracked: false});
  emptyCart();
  location.assign('thanks.html');
});
