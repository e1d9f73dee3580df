import {picture, products} from './catalogue.js';
import {element, euros} from './shop.js';

const card = item => `
  <li>
    <a class="card" href="product.html?id=${item.id}">
      ${picture(item)}
      <span class="name">${item.name}</span>
      <span class="price">${euros(item.price)}</span>
    </a>
  </li>`;

for (const [category, list] of [['Lampes', '#lampes ul'], ['Thé', '#the ul']]) {
  element(list).innerHTML = products.filter(item => item.category === category).map(card).join('');
}
