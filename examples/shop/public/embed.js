// The embed code of the service, as any shop would paste it; only the two values come from config.js.
window.relance = window.relance || function () { (relance.q = relance.q || []).push(arguments); };
relance('init', RELANCE.site);
document.head.append(Object.assign(document.createElement('script'), {async: true, src: `${RELANCE.origin}/t.js`}));
