/*
 * Listens to the shop's consent tool for the snippet (t.js), which loads this file where `init` names a tool:
 *
 *   relance('init', SITE, {consent: 'axeptio'})     docs/consent-tools.md has all of them, and their options
 *
 * It asks nothing and stores nothing. A tool that is not there, or not known here, is no consent.
 */
(function (window, document) {
  'use strict';

  // The shop's page comes first, and its consent tool next: nothing that goes wrong in here reaches them.
  const safely = action => (...args) => {
    try { action(...args); } catch (error) { /* no consent */ }
  };
  const answered = (given, decided) => window.relance('answered', given, decided);

  const whenThere = safely((find, action, wait = 200) => {
    const found = find();
    if (found) action(found);
    else setTimeout(() => whenThere(find, action, Math.min(wait * 1.2, 10000)), wait);
  });

  const all = (list, ids, agreed) => [].concat(ids || []).every(id => agreed((list || {})[id]));

  const tools = {
    axeptio(options) {
      const vendor = options.vendor || 'relance';
      (window._axcb = window._axcb || []).push(safely(sdk => {
        sdk.on('cookies:complete', safely(choices => answered(choices[vendor] === true, true)));
        if (sdk.hasAcceptedVendor) answered(sdk.hasAcceptedVendor(vendor), false);
      }));
    },

    didomi(options) {
      (window.didomiOnReady = window.didomiOnReady || []).push(safely(didomi => {
        const look = decided => {
          const status = didomi.getCurrentUserStatus();
          const enabled = entry => Boolean(entry) && entry.enabled === true;
          const named = options.vendor || options.purposes; // of nothing, everything would be allowed
          answered(Boolean(named) && all(status.vendors, options.vendor, enabled) &&
            all(status.purposes, options.purposes, enabled), decided);
        };
        didomi.on('consent.changed', safely(() => look(true)));
        look(false);
      }));
    },

    onetrust(options) {
      // Where nobody has to be asked first, groups are active without an answer: that is no consent.
      const look = safely(groups => {
        const closed = window.OneTrust.IsAlertBoxClosed();
        answered(closed && groups.includes(options.category || 'C0004'), closed);
      });
      window.addEventListener('OneTrustGroupsUpdated', event => look(event.detail));
      if (window.OnetrustActiveGroups) look(window.OnetrustActiveGroups.split(','));
    },

    tarteaucitron(options) {
      const service = options.service || 'relance';
      // A task later: its events come before its state has changed.
      const look = decided => setTimeout(safely(() => {
        const state = ((window.tarteaucitron || {}).state || {})[service];
        if (state !== undefined) answered(state === true, decided && state === false);
      }), 0);
      [`${service}_allowed`, `${service}_loaded`, 'tac.consent_updated']
        .forEach(name => document.addEventListener(name, () => look(true)));
      look(false);
    },

    tcf(options) {
      const given = value => value === true;
      whenThere(() => window.__tcfapi, api => api('addEventListener', 2, safely((data, success) => {
        if (!success || !/^(tcloaded|useractioncomplete)$/.test(data.eventStatus)) return;
        answered(all((data.purpose || {}).consents, options.purposes || [1, 3, 4], given) &&
          all((data.vendor || {}).consents, options.vendor, given), true);
      })));
    },

    gcm(options) {
      // Only an update is an answer: a default may be granted to who was never asked.
      const types = options.types || ['ad_storage', 'ad_user_data', 'ad_personalization'];
      const said = {};
      const hear = safely(entry => {
        if (!entry || entry[0] !== 'consent' || entry[1] !== 'update') return;
        Object.assign(said, entry[2]);
        answered(all(said, types, value => value === 'granted'), true);
      });
      const layer = window.dataLayer = window.dataLayer || [];
      const push = layer.push;
      layer.forEach(hear);
      layer.push = function (...entries) {
        entries.forEach(hear);
        return push.apply(layer, entries);
      };
    },

    shopify() {
      document.addEventListener('visitorConsentCollected', safely(event =>
        answered(event.detail.marketingAllowed, true)));
      whenThere(() => (window.Shopify || {}).loadFeatures, load =>
        load([{name: 'consent-tracking-api', version: '0.1'}], safely(error => {
          const marketing = !error && window.Shopify.customerPrivacy.currentVisitorConsent().marketing;
          answered(marketing === 'yes', marketing === 'no');
        })));
    }
  };

  safely(() => window.relance('tool', options => {
    if (Object.hasOwn(tools, options.consent)) tools[options.consent](options);
  }))();
})(window, document);
