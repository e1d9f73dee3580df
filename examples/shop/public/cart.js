import {picture} from './catalogue.js';
import {cart, element, euros, setQuantity, total} from './shop.js';

const row = line => `
  <li class="line">
    ${picture(line)}
    <div>
      <a class="name" href="product.html?id=${line.id}">${line.name}</a>
      <label>Quantité
        <select data-id="${line.id}">
          ${[1, 2, 3, 4, 5, 6, 7, 8, 9].map(count =>
            `<option${count === line.quantity ? ' selected' : ''}>${count}</option>`).join('')}
        </select>
      </label>
      <button type="button" class="link" data-remove="${line.id}">Retirer<span class="unseen"> ${line.name}</span></button>
    </div>
    <span class="price">${euros(line.price * line.quantity)}</span>
  </li>`;

function show() {
  const lines = cart();
  element('#lines').innerHTML = lines.map(row).join('');
  element('#total').textContent = euros(total(lines));
  element('#full').hidden = !lines.length;
  element('#empty').hidden = lines.length > 0;
}

element('#lines').addEventListener('change', ({target}) => {
  setQuantity(target.dataset.id, Number(target.value));
  show();
});
element('#lines').addEventListener('click', ({target}) => {
  const button = target.closest('[data-remove]');
  if (!button) return;
  setQuantity(button.dataset.remove, 0);
  show();
});

show();
