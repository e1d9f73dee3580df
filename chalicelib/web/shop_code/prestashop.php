<?php
/**
 * Relance for PrestaShop 1.7.8 to 9: the snippet, and signed calls when an order, a credit slip or a product changes.
 *
 * Save as modules/relance/relance.php, put in the four constants, and install the module.
 */

if (!defined('_PS_VERSION_')) {
    exit;
}

class Relance extends Module
{
    private const SERVICE = 'https://your-service.example';
    private const SITE = 'site_XXXXXXXXXXXXXXXXXXXXXXXXXX';
    private const HOOK = 'https://your-service.example/hooks/shops/shop_XXXXXXXXXXXXXXXXXXXXXXXXXX';
    private const SECRET = 'rl_…';

    private const STATES = [
        'PS_OS_CHEQUE', 'PS_OS_PAYMENT', 'PS_OS_PREPARATION', 'PS_OS_SHIPPING', 'PS_OS_DELIVERED', 'PS_OS_CANCELED',
        'PS_OS_REFUND', 'PS_OS_ERROR', 'PS_OS_OUTOFSTOCK_PAID', 'PS_OS_OUTOFSTOCK_UNPAID', 'PS_OS_BANKWIRE',
        'PS_OS_WS_PAYMENT', 'PS_OS_COD_VALIDATION',
    ];

    public function __construct()
    {
        $this->name = 'relance';
        $this->tab = 'emailing';
        $this->version = '1.0.0';
        $this->author = 'Relance';
        parent::__construct();
        $this->displayName = 'Relance';
        $this->description = 'Events of the shop for SMS relaunch.';
    }

    public function install()
    {
        return parent::install() && $this->registerHook([
            'displayHeader', 'actionOrderStatusPostUpdate', 'actionOrderSlipAdd', 'actionProductSave',
        ]);
    }

    public function hookDisplayHeader(): string
    {
        $country = Context::getContext()->country->iso_code;
        $customer = Context::getContext()->customer;
        $calls = sprintf("relance('init', %s, %s);", $this->js(self::SITE), $this->js(['country' => $country, 'consent' => 'tarteaucitron']));
        if ($customer && $customer->isLogged()) {
            $calls .= sprintf("relance('identify', {customer_id: %s});", $this->js((string) $customer->id));
        }
        if ($this->context->controller instanceof ProductController) {
            $product = $this->context->controller->getProduct();
            $price = (float) Product::getPriceStatic($product->id, true);
            $item = ['item_id' => (string) $product->id, 'item_name' => $product->name, 'price' => $price];
            $told = ['items' => [$item], 'value' => $price, 'currency' => Context::getContext()->currency->iso_code];
            $calls .= sprintf("relance('track', 'view_item', %s);", $this->js($told));
            $calls .= sprintf(
                "document.addEventListener('DOMContentLoaded', function () { window.prestashop && prestashop.on('updateCart', function (event) {"
                . " if (event.reason && event.reason.linkAction === 'add-to-cart') relance('track', 'add_to_cart', %s); }); });",
                $this->js($told)
            );
        }
        return '<script>window.relance=window.relance||function(){(relance.q=relance.q||[]).push(arguments)};' . $calls
            . '</script><script async src="' . self::SERVICE . '/t.js"></script>';
    }

    /** https://devdocs.prestashop-project.org/9/modules/concepts/hooks/list-of-hooks/actionorderstatuspostupdate/ */
    public function hookActionOrderStatusPostUpdate(array $params): void
    {
        $order = new Order((int) $params['id_order']);
        $state = $params['newOrderStatus'];
        $address = new Address((int) $order->id_address_delivery);
        $customer = new Customer((int) $order->id_customer);
        $rows = array_map(fn (array $row): array => [
            'product_id' => (string) $row['product_id'],
            'product_quantity' => (int) $row['product_quantity'],
            'product_name' => $row['product_name'],
            'unit_price_tax_incl' => (string) $row['unit_price_tax_incl'],
        ], $order->getProductsDetail());
        $this->tell('order', [
            'order' => [
                'id' => (string) $order->id,
                'reference' => $order->reference,
                'date_add' => date(DATE_ATOM, strtotime($order->date_add)),
                'total_paid_tax_incl' => (string) $order->total_paid_tax_incl,
                'id_customer' => $customer->is_guest ? null : (string) $order->id_customer,
                'order_rows' => $rows,
                'tracking_url' => $this->trackingUrl($order),
            ],
            'state' => [
                'key' => $this->keyOf((int) $state->id),
                'date_add' => date(DATE_ATOM),
                'paid' => (bool) $state->paid,
                'shipped' => (bool) $state->shipped,
            ],
            'currency' => (new Currency((int) $order->id_currency))->iso_code,
            'email' => $customer->email,
            'address' => [
                'phone' => $address->phone,
                'phone_mobile' => $address->phone_mobile,
                'country' => Country::getIsoById((int) $address->id_country),
            ],
            'cookies' => $this->cookies(),
        ]);
    }

    public function hookActionOrderSlipAdd(array $params): void
    {
        $slip = $params['orderSlipCreated'] ?? null;
        if (!$slip) {
            return;
        }
        $this->tell('slip', [
            'id' => (string) $slip->id,
            'id_order' => (string) $slip->id_order,
            'amount' => (string) ($slip->total_products_tax_incl + $slip->total_shipping_tax_incl),
            'currency' => (new Currency((int) $params['order']->id_currency))->iso_code,
            'date_add' => date(DATE_ATOM),
        ]);
    }

    public function hookActionProductSave(array $params): void
    {
        $product = new Product((int) $params['id_product'], false, (int) Configuration::get('PS_LANG_DEFAULT'));
        $category = new Category((int) $product->id_category_default, (int) Configuration::get('PS_LANG_DEFAULT'));
        $this->tell('product', [
            'id' => (string) $product->id,
            'name' => $product->name,
            'link' => Context::getContext()->link->getProductLink($product),
            'price' => (string) Product::getPriceStatic((int) $product->id, true),
            'category' => $category->name,
            'combinations' => array_map('strval', array_column(Product::getProductAttributesIds((int) $product->id), 'id_product_attribute')),
            'available' => (bool) $product->active && StockAvailable::getQuantityAvailableByProduct((int) $product->id) > 0,
            'date_upd' => date(DATE_ATOM),
        ]);
    }

    /** X-Relance-Signature: t=<seconds>,v1=<HMAC-SHA256 of t, a dot and the body>. A call that fails is told in the log. */
    private function tell(string $topic, array $told): void
    {
        $body = json_encode($told, JSON_UNESCAPED_UNICODE);
        $at = time();
        $call = curl_init(self::HOOK);
        curl_setopt_array($call, [
            CURLOPT_POST => true,
            CURLOPT_POSTFIELDS => $body,
            CURLOPT_RETURNTRANSFER => true,
            CURLOPT_TIMEOUT => 3,
            CURLOPT_HTTPHEADER => [
                'Content-Type: application/json',
                'X-Relance-Topic: ' . $topic,
                'X-Relance-Signature: t=' . $at . ',v1=' . hash_hmac('sha256', $at . '.' . $body, self::SECRET),
            ],
        ]);
        curl_exec($call);
        $status = curl_getinfo($call, CURLINFO_RESPONSE_CODE);
        if ($status !== 200) {
            PrestaShopLogger::addLog(sprintf('Relance: %s was answered with %d', $topic, $status), 2);
        }
    }

    private function keyOf(int $state): ?string
    {
        foreach (self::STATES as $key) {
            if ((int) Configuration::get($key) === $state) {
                return $key;
            }
        }
        return null;
    }

    private function trackingUrl(Order $order): ?string
    {
        $carrier = new Carrier((int) $order->id_carrier);
        $number = $order->getWsShippingNumber();
        return $carrier->url && $number ? str_replace('@', urlencode($number), $carrier->url) : null;
    }

    /** The browser that orders is the one that calls this hook, where the buyer does and not the back office. */
    private function cookies(): array
    {
        if (defined('_PS_ADMIN_DIR_')) {
            return [];
        }
        $found = [];
        foreach (['_relance', '_relance_click'] as $name) {
            if (isset($_COOKIE[$name])) {
                $found[] = ['name' => $name, 'value' => $_COOKIE[$name]];
            }
        }
        return $found;
    }

    private function js($value): string
    {
        return json_encode($value, JSON_HEX_TAG | JSON_UNESCAPED_UNICODE);
    }
}
