import {picture, product} from './catalogue.js';
import {basket, element, euros, quantityOf, setQuantity} from './shop.js';

const shown = product(new URLSearchParams(location.search).get('id'));

if (shown) {
  document.title = `${shown.name} – Maison Lumen`;
  element('#main').innerHTML = `
    <article class="product">
      ${picture(shown)}
      <div>
        <p class="kicker">${shown.category}</p>
        <h1>${shown.name}</h1>
        <p>${shown.text}</p>
        <p class="price large">${euros(shown.price)}</p>
        <button type="button" id="add" class="primary">Ajouter au panier</button>
        <p id="added" role="status"></p>
        <p class="small">Livraison offerte dès 60&nbsp;€, retour sous 30&nbsp;jours.</p>
      </div>
    </article>`;

  const one = basket([{...shown, quantity: 1}]);
  relance('track', 'view_item', one);

  element('#add').addEventListener('click', () => {
    setQuantity(shown.id, quantityOf(shown.id) + 1);
    relance('track', 'add_to_cart', one);
    element('#added').innerHTML = 'C’est dans le panier. <a href="cart.html">Voir le panier</a>';
  });
}
