/*
 * Relance snippet (docs/snippet.md). Only once the visitor has agreed, it tells the service what they look at. It reads
 * no form field; e-mails and phones leave the page as SHA-256 only, but for an opt-in.
 */
(function (window, document, navigator) {
  'use strict';

  // Whatever goes wrong in here must not reach the shop's page.
  const safely = action => (...args) => {
    try { action(...args); } catch (error) { /* nothing the page could do about it */ }
  };

  safely(() => {
    const stub = window.relance;
    if (stub && stub.loaded) return;

    const COOKIE = '_relance';
    const CLICK = '_relance_click'; // that led here from an SMS: a back end may read it
    const CLICK_SECONDS = 30 * 24 * 3600; // of attribution, at most
    const NETWORK = '_relance_n'; // the operator's cookie, which no page sees, was agreed to
    const COOKIE_SECONDS = 395 * 24 * 3600; // 13 months from the first grant, the ceiling
    const MAX_WAITING = 100;
    const MAX_EVENTS = 50;
    const MAX_BYTES = 60000; // browsers refuse beacons above 64 KiB
    const CALLING_CODES = {
      FR: 33, BE: 32, CH: 41, LU: 352, ES: 34, GB: 44, US: 1, GP: 590, GF: 594, MQ: 596, RE: 262, YT: 262,
      DE: 49, IT: 39, NL: 31, PT: 351, AT: 43, IE: 353, CA: 1
    };
    // Dialled before a national number only; ES, LU and PT have none, IT keeps its own.
    const TRUNK_PREFIX = /^\+(?:(31|32|33|353|41|43|44|49|262|590|594|596)0|(1)1)/;
    const LONGEST_NATIONAL = 11; // with its trunk prefix
    const INVISIBLE = /[\u200b-\u200f\u202a-\u202e\u2060\ufeff]/g;
    const OPT_IN = ['phone', 'email', 'country', 'language', 'sms_marketing', 'matching', 'fields', 'wording'];

    // The service is where this script came from.
    const base = new URL('.', document.currentScript.src).href;
    const nonce = document.currentScript.nonce;

    let site;
    let country;
    let tool; // the consent tool's options, for c.js
    let consent; // undefined until the shop has asked
    let network;
    let visitor;
    let kept = false; // whether the browser keeps the cookie
    let viewed = false; // whether this load's page_view was handed over
    let product; // what the page shows: params of its view_item
    let since; // when that became visible
    let hashing = 0;
    let hashed = Promise.resolve();
    let timer;
    let ids = {};
    let pending = [];

    const base64url = bytes =>
      btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(''))
        .replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
    const utf8 = text => new TextEncoder().encode(text);
    const randomId = () => base64url(window.crypto.getRandomValues(new Uint8Array(16)));

    // --- Events ---

    // A copy: the page may change its objects.
    const newEvent = (event, params) =>
      ({id: randomId(), event, time: Date.now(), params: JSON.parse(JSON.stringify(params))});

    const query = () => location.search.slice(1).split('&')
      .filter(part => !/^rl_click(=|$)/.test(part)).join('&').replace(/^(?=.)/, '?');

    const withLocation = params =>
      Object.assign({page_location: location.origin + location.pathname + query()}, params);

    const freshMemory = () => viewed ? [] : [newEvent('page_view', withLocation({}))];

    function remember(event) {
      if (consent === 'deny') return;
      pending.push(event);
      // Before the answer: the page view stays, then the latest events.
      if (!consent && pending.length > MAX_WAITING) pending.splice(1, 1);
      schedule();
    }

    // Visible time; less than five seconds at once say nothing.
    function look(next) {
      const now = Date.now();
      if (product && now - since > 4999) {
        product.dwell_ms += now - since;
        remember(newEvent('view_item', product));
      }
      product = next;
      since = document.hidden ? Infinity : now;
    }

    // --- Sending ---

    // A task's events leave together, after the identifiers that were given before them.
    function schedule() {
      if (!timer) timer = setTimeout(safely(() => { timer = 0; if (!hashing) flush(); }), 0);
    }

    function flush() {
      // A refusal in another tab took the cookie away, and holds here too.
      if (kept && !cookie()) commands.consent('deny');
      // Only the service can take its cookie away.
      if (site && network === '' && marked() && beacon(packed({site, consent: 'deny', network: 'deny', events: []}))) {
        setCookie(NETWORK, '', 0);
      }
      if (site && consent === 'grant' && pending.length) send(pending.splice(0));
    }

    // text/plain keeps the request "simple": no CORS preflight.
    const packed = message => new Blob([JSON.stringify(message)], {type: 'text/plain'});

    function send(events) {
      const message = {site, visitor, consent, network: marked() && network || undefined, events};
      const last = !ids.click_id && cookie(CLICK, '{16,64}');
      const known = last ? Object.assign({last_click_id: last}, ids) : ids;
      if (Object.keys(known).length) message.ids = known;
      const body = packed(message);
      if (events.length > MAX_EVENTS || (body.size > MAX_BYTES && events.length > 1)) {
        const half = Math.ceil(events.length / 2);
        send(events.slice(0, half));
        send(events.slice(half));
      } else if (!beacon(body)) {
        events.forEach(pixel);
      }
    }

    function beacon(body) {
      try { return navigator.sendBeacon(base + 'e', body); } catch (error) { return false; }
    }

    function pixel(event) {
      new Image().src = base + 'p.gif?' + new URLSearchParams({
        s: site, e: event.event, v: visitor, id: event.id, t: event.time, c: consent,
        p: base64url(utf8(JSON.stringify(event.params)))
      });
    }

    // --- Visitor ---

    function setCookie(name, value, seconds) {
      const secure = location.protocol === 'https:' ? '; Secure' : '';
      document.cookie = `${name}=${value}; Path=/; Max-Age=${seconds}; SameSite=Lax${secure}`;
    }

    const cookie = (name = COOKIE, length = '{22}') =>
      (document.cookie.match(`(?:^|; )${name}=([\\w-]${length})(?:;|$)`) || [])[1];

    function recognise() {
      const id = cookie() || randomId();
      if (!cookie()) setCookie(COOKIE, id, COOKIE_SECONDS);
      kept = Boolean(cookie()); // not where the browser blocks cookies
      return id;
    }

    const marked = () => document.cookie.includes(NETWORK);

    // --- Identifiers ---

    async function sha256(text) {
      const digest = await window.crypto.subtle.digest('SHA-256', utf8(text));
      return Array.from(new Uint8Array(digest), byte => byte.toString(16).padStart(2, '0')).join('');
    }

    // The rules of audience/normalise.py; tests/vectors/identifiers.json holds both to them.
    function e164(phone) {
      let number = phone.normalize('NFKC').trim().replace(INVISIBLE, '').replace(/^tel:/i, '')
        .replace(/[\s./\u2010-\u2015\u2212-]/g, '');
      if (/^\(?(\+|00)/.test(number)) number = number.replace('(0)', ''); // "+49 (0)171…"
      number = number.replace(/[()]/g, '').replace(/^00/, '+');
      if (!/^\+?[0-9]{6,20}$/.test(number)) return '';
      if (number[0] !== '+') {
        const code = String(CALLING_CODES[country]);
        // "33 6…" without its plus: too long for a national number.
        const whole = number.length > LONGEST_NATIONAL - (code.length < 2 ? 0 : 1) && number.startsWith(code);
        number = `+${whole ? '' : code}${number}`;
      }
      number = number.replace(TRUNK_PREFIX, '+$1$2');
      return /^\+[1-9]\d{6,14}$/.test(number) ? number : '';
    }

    function address(email) {
      const text = email.normalize('NFC').trim().toLowerCase();
      return /^[^\s@\0-\x1f\x85]+@[^\s@\0-\x1f\x85]+$/.test(text) ? text : '';
    }

    // Without crypto.subtle (insecure page) a plain value is dropped.
    async function hashes(values) {
      const found = {};
      const plain = {
        email_sha256: address(String(values.email || '')),
        phone_sha256: e164(String(values.phone || ''))
      };
      for (const name in plain) {
        if (/^[0-9a-f]{64}$/i.test(values[name])) found[name] = values[name].toLowerCase();
        else if (plain[name] && window.crypto.subtle) found[name] = await sha256(plain[name]);
      }
      return found;
    }

    // --- Landing from an SMS ---

    // Off the address, so that a shared URL does not carry it; in memory until there is a cookie.
    function takeClick() {
      if (query() === location.search) return;
      const click = location.search.match(/[?&]rl_click=([\w-]{16,64})(?:&|$)/);
      if (click) ids.click_id = click[1];
      history.replaceState(history.state, '', location.pathname + query() + location.hash);
    }

    // --- Consent tools ---

    function listen(options) {
      const script = document.createElement('script');
      script.src = base + 'c.js';
      script.nonce = nonce;
      document.head.append(script);
      tool = options;
    }

    // --- Opt-in ---

    function optIn(message, callback) {
      const answer = safely(callback || (() => {}));
      const failed = {errors: [{field: 'request', rule: 'unreachable', message: 'The service did not answer.'}]};
      fetch(base + 'optin', {
        method: 'POST', headers: {'Content-Type': 'text/plain'}, credentials: 'omit',
        body: JSON.stringify(Object.assign({site}, message))
      }).then(response => response.json()).then(answer, () => answer(failed));
    }

    // --- Commands ---

    const commands = {
      init(id, options) {
        site = site || id;
        options = options || {};
        if (!country) {
          country = String(options.country || 'FR').toUpperCase();
          if (options.consent) listen(options);
        }
        schedule();
      },

      consent(answer, options) {
        // The browser's own refusal outranks the banner.
        if (answer === 'grant' && navigator.globalPrivacyControl !== true) {
          visitor = visitor || recognise();
          consent = 'grant';
          if (ids.click_id) setCookie(CLICK, ids.click_id, CLICK_SECONDS);
          network = options && options.network ? consent : '';
          if (network && !marked()) setCookie(NETWORK, 1, COOKIE_SECONDS);
          viewed = true;
        } else {
          consent = 'deny';
          visitor = network = product = '';
          kept = false;
          ids = {};
          pending = freshMemory();
          setCookie(COOKIE, '', 0);
          setCookie(CLICK, '', 0);
        }
        schedule();
      },

      // Of c.js. A tool that is not answered yet changes nothing, but for a browser that had agreed before.
      tool(start) { start(tool); },
      answered(given, decided) {
        if (given === true) {
          if (consent !== 'grant') commands.consent('grant', {network: network || marked()});
        } else if (decided || consent === 'grant' || cookie()) {
          commands.consent('deny');
        }
      },

      identify(values) {
        if (consent === 'deny') return;
        const mine = ids; // a refusal replaces ids: a later hash is lost
        if (values.customer_id) mine.customer_id = String(values.customer_id);
        hashing++;
        hashed = hashed
          .then(() => hashes(values))
          .then(found => Object.assign(mine, found), () => {})
          .then(() => { hashing--; schedule(); });
        remember(newEvent('identify', {}));
      },

      track(event, params) {
        const told = newEvent(String(event), withLocation(params));
        if (event === 'view_item') look(Object.assign({}, told.params, {dwell_ms: 0}));
        remember(told);
      },

      optin(values, callback) {
        const given = {page: withLocation({}).page_location};
        if (consent === 'grant') given.visitor = visitor;
        OPT_IN.forEach(name => { if (values[name] !== undefined) given[name] = values[name]; });
        given.country = given.country || country;
        optIn(given, callback);
      },

      optin_code(values, callback) {
        optIn({request: values.request, code: String(values.code)}, callback);
      }
    };

    safely(takeClick)();
    pending = freshMemory();
    if (navigator.globalPrivacyControl === true) commands.consent('deny');

    // The last moment: no waiting for hashes.
    const leave = safely(() => { look(product); flush(); });
    window.addEventListener('pagehide', leave);
    document.addEventListener('visibilitychange', leave);

    window.relance = safely((command, ...args) => commands[command](...args));
    window.relance.loaded = true;
    ((stub && stub.q) || []).forEach(call => window.relance(...call));
  })();
})(window, document, navigator);
