<?php
/**
 * Plugin Name: Relance
 * Description: The snippet with what it looks at, and the browser's cookie in each order.
 *
 * Save as wp-content/mu-plugins/relance.php. Put in your service and your site's id.
 */

defined('ABSPATH') || exit;

const RELANCE_SERVICE = 'https://your-service.example';
const RELANCE_SITE = 'site_XXXXXXXXXXXXXXXXXXXXXXXXXX';
const RELANCE_CONSENT = 'axeptio'; // the consent tool: docs/consent-tools.md

/** A line as events have it: by the product's id, whichever variation it is. */
function relance_item(WC_Product $product, int $quantity = 1): array
{
    $id = $product->get_parent_id() ?: $product->get_id();
    $categories = wp_get_post_terms($id, 'product_cat', ['fields' => 'names']);
    return [
        'item_id' => (string) $id,
        'item_name' => $product->get_name(),
        'item_category' => is_wp_error($categories) || !$categories ? null : $categories[0],
        'price' => (float) wc_get_price_to_display($product),
        'quantity' => $quantity,
    ];
}

function relance_track(string $event, array $items, float $value, array $more = []): string
{
    $told = ['items' => $items, 'value' => $value, 'currency' => get_woocommerce_currency()] + $more;
    return sprintf("relance('track', %s, %s);", wp_json_encode($event), wp_json_encode($told, JSON_HEX_TAG));
}

/** What a page shows, once WooCommerce knows. */
function relance_page(): string
{
    if (is_product() && ($product = wc_get_product(get_queried_object_id()))) {
        $item = relance_item($product);
        return relance_track('view_item', [$item], $item['price']);
    }
    if (is_checkout() && !is_order_received_page() && WC()->cart && !WC()->cart->is_empty()) {
        $items = array_map(fn ($line) => relance_item($line['data'], (int) $line['quantity']), WC()->cart->get_cart());
        return relance_track('begin_checkout', array_values($items), (float) WC()->cart->get_total('edit'));
    }
    return '';
}

add_action('wp_head', function (): void {
    $settings = wp_json_encode(['country' => WC()->countries->get_base_country(), 'consent' => RELANCE_CONSENT]);
    $who = is_user_logged_in() ? sprintf("relance('identify', {customer_id: '%d'});", get_current_user_id()) : '';
    printf(
        "<script>window.relance=window.relance||function(){(relance.q=relance.q||[]).push(arguments)};"
        . "relance('init', %s, %s);%s%s</script>\n<script async src=\"%s/t.js\"></script>\n",
        wp_json_encode(RELANCE_SITE),
        $settings,
        $who,
        relance_page(),
        esc_url(RELANCE_SERVICE)
    );
}, 20);

/** What is put into the cart, told on the page that follows; buttons that do not load a page are told by their event. */
add_action('woocommerce_add_to_cart', function ($key, $product_id, $quantity, $variation_id): void {
    $product = wc_get_product($variation_id ?: $product_id);
    if ($product && WC()->session) {
        $item = relance_item($product, (int) $quantity);
        $told = WC()->session->get('relance_added', []);
        WC()->session->set('relance_added', [...$told, relance_track('add_to_cart', [$item], $item['price'] * $quantity)]);
    }
}, 10, 4);

add_action('wp_footer', function (): void {
    if (WC()->session && ($told = WC()->session->get('relance_added', []))) {
        WC()->session->set('relance_added', []);
        printf('<script>%s</script>', implode('', $told));
    }
});

/** The order's webhook then names the browser that it was made on. */
function relance_order_cookies(WC_Order $order): void
{
    foreach (['_relance', '_relance_click'] as $name) {
        $value = isset($_COOKIE[$name]) ? sanitize_text_field(wp_unslash($_COOKIE[$name])) : '';
        if (preg_match('/^[A-Za-z0-9_-]{16,64}$/', $value)) {
            $order->update_meta_data($name, $value);
        }
    }
}
add_action('woocommerce_checkout_create_order', 'relance_order_cookies');
add_action('woocommerce_store_api_checkout_update_order_meta', 'relance_order_cookies');
