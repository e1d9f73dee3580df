import {basket, element, euros, keepOrder, lastOrder, total} from './shop.js';

const order = lastOrder();

if (order) {
  element('#order').innerHTML =
    `Votre commande <strong>${order.id}</strong> de ${euros(total(order.lines))} est enregistrée.`;
}

// A reload of this page is not a second purchase.
if (order && !order.tracked) {
  relance('track', 'purchase', {transaction_id: order.id, ...basket(order.lines)});
  keepOrder({...order, tracked: true});
}
