/*
 * Relance widget: an opt-in form on a shop's page.
 *
 *   <script async src="https://service/w.js" data-site="site_…"
 *     data-target="#place" data-language="fr" data-theme='{"accent": "#14532d"}'></script>
 *
 * It stands after its own script, or in data-target. Nothing is sent before the visitor submits it, no cookie is set,
 * and nothing else on the page is read. It lives in a shadow root with sheets that a strict content policy allows;
 * script-src and connect-src of the page must name the service.
 */
(function (window, document) {
  'use strict';

  const script = document.currentScript;
  const safely = action => (...args) => {
    // The shop's page comes first: neither an error nor a rejection reaches it.
    try { Promise.resolve(action(...args)).catch(() => {}); } catch (error) { /* as above */ }
  };

  const WORDS = {
    fr: {
      country: 'Pays', phone: 'Téléphone mobile', choices: 'Mes choix', send: 'Recevoir mon code', optional: 'facultatif',
      code: 'Code à 6 chiffres', sent: 'Un code vient de partir par SMS.', confirm: 'Valider', again: 'Renvoyer un code', resent: 'Un autre code vient de partir.',
      change: 'Changer de numéro', done: 'C’est fait, merci. Votre numéro est vérifié.', yours: 'Votre code :',
      page: 'Recevoir les SMS : ouvrir le formulaire', notice: 'Vos données et vos droits',
      phone_problem: 'Saisissez un numéro de mobile valable.', sms_marketing_problem: 'Cochez la case pour recevoir les SMS.',
      code_problem: 'Ce n’est pas le bon code.', code_expired: 'Ce code n’est plus valable : demandez-en un autre.',
      too_many: 'Trop de demandes. Réessayez plus tard.', failed: 'Cela n’a pas marché. Réessayez.'
    },
    en: {
      country: 'Country', phone: 'Mobile phone', choices: 'My choices', send: 'Get my code', optional: 'optional',
      code: 'Code of 6 digits', sent: 'A code is on its way by SMS.', confirm: 'Confirm', again: 'Send another code', resent: 'Another code is on its way.',
      change: 'Change the number', done: 'Done, thank you. Your number is checked.', yours: 'Your code:',
      page: 'Get SMS: open the form', notice: 'Your data and your rights',
      phone_problem: 'Enter a valid mobile number.', sms_marketing_problem: 'Tick the box to get SMS.',
      code_problem: 'This is not the right code.', code_expired: 'This code is not valid any more: ask for another one.',
      too_many: 'Too many requests. Try again later.', failed: 'That did not work. Try again.'
    }
  };

  // Each property has a value here, so that one of the same name on the shop's page does not come in. Sizes have a floor,
  // for pages whose root is set in 10 px.
  const CSS = `
    :host {
      --accent: #14532d; --on-accent: #fff; --background: #fff; --text: #1d2430; --line: #8a8f98; --radius: 12px; --problem: #b00020; --font: initial;
      display: block; max-width: 28em; font-size: max(16px, 1rem); line-height: 1.5; font-family: var(--font, inherit); color: var(--text)
    }
    * { box-sizing: border-box; font: inherit; color: inherit; overflow-wrap: anywhere }
    .card { padding: 1.25em; background: var(--background); border: 1px solid var(--line); border-radius: var(--radius) }
    h2 { margin: 0 0 .5em; font-size: 1.25em; font-weight: 700; line-height: 1.25 }
    p { margin: 0 0 .75em } p:empty { margin: 0 } .small { font-size: .875em; margin: .75em 0 0 } strong { font-weight: 700 }
    label, legend { display: block; font-weight: 600; padding: 0 }
    fieldset { border: 0; margin: 0 0 .75em; padding: 0; min-width: 0 }
    input, select { width: 100%; min-height: 2.75em; margin: .25em 0 .75em; padding: .5em .75em; color: #1d2430; background: #fff; border: 1px solid #6b7280; border-radius: 8px }
    .box { display: flex; gap: .75em; align-items: flex-start; min-height: 2.75em; padding: .5em 0; font-weight: 400 }
    .box input { width: 1.5em; height: 1.5em; min-height: 0; margin: 0; flex: none }
    button { width: 100%; min-height: 2.75em; padding: .6em 1em; border: 2px solid var(--accent); border-radius: var(--radius); background: var(--accent); color: var(--on-accent); font-weight: 600; cursor: pointer }
    button.quiet { margin-top: .5em; background: transparent; color: inherit; border-color: currentColor }
    button[aria-disabled=true] { opacity: .7 }
    :focus-visible { outline: 3px solid currentColor; outline-offset: 2px } input:focus-visible, select:focus-visible, button:focus-visible { outline-color: var(--text) }
    .problem { margin: .25em 0; padding-left: .6em; border-left: 4px solid var(--problem); font-weight: 600 }`;
  const THEMED = ['accent', 'on-accent', 'background', 'text', 'line', 'radius', 'font', 'problem'];

  safely(() => {
    const site = script.dataset.site;
    const base = new URL('.', script.src).href;
    const language = (script.dataset.language || document.documentElement.lang || 'fr').slice(0, 2) === 'en' ? 'en' : 'fr';
    const say = WORDS[language];
    let request;
    let busy = false;

    // --- What stands on the page ---

    const host = document.createElement('div');
    const root = host.attachShadow({mode: 'open'});
    if (root.adoptedStyleSheets) { // an older browser gets the plain form
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(CSS + theme());
      root.adoptedStyleSheets = [sheet];
    }
    const given = script.dataset.target;
    if (!place() && document.readyState === 'loading') document.addEventListener('DOMContentLoaded', safely(() => place() || settle()));
    else if (!host.isConnected) settle();

    // The place asked for may be further down a page that is still coming in.
    function place() {
      let target = null;
      try { target = given && document.querySelector(given); } catch (error) { /* not a selector */ }
      if (target) target.append(host);
      else if (!given && !script.closest('head')) script.after(host);
      return host.isConnected;
    }

    function settle() {
      if (script.isConnected && !script.closest('head')) script.after(host);
      else document.body.append(host);
    }

    function theme() {
      let given = {};
      try { given = JSON.parse(script.dataset.theme || '{}'); } catch (error) { /* its own colours then */ }
      const values = THEMED.filter(name => /^[\w#%.,() '"-]{1,80}$/.test(given[name] || ''))
        .map(name => `--${name}: ${given[name]};`);
      if (!given['on-accent'] && light(given.accent)) values.push('--on-accent: #000;');
      return `\n:host { ${values.join(' ')} }`;
    }

    // Whether black can be read better than white on a colour (#rrggbb): WCAG's relative luminance.
    function light(colour) {
      if (!/^#[\da-f]{6}$/i.test(colour)) return false;
      const [red, green, blue] = [1, 3, 5].map(at => (parseInt(colour.slice(at, at + 2), 16) / 255) ** 2.2);
      return .2126 * red + .7152 * green + .0722 * blue > .179;
    }

    function make(tag, attributes, ...children) {
      const element = document.createElement(tag);
      for (const name in attributes) {
        if (typeof attributes[name] === 'function') element.addEventListener(name, safely(attributes[name]));
        else if (attributes[name] !== undefined) element.setAttribute(name, attributes[name]);
      }
      element.append(...children);
      return element;
    }

    function show(...children) {
      root.replaceChildren(make('section', {class: 'card', 'aria-labelledby': 'title'}, ...children));
    }

    const control = name => root.querySelector(`[name="${name}"]`);

    function complain(name, text) {
      clear();
      const field = control(name) || root.querySelector('button');
      const problem = make('p', {class: 'problem', id: 'problem', role: 'alert'}, text);
      (field.closest('label') || field).before(problem);
      if (field.name) field.setAttribute('aria-invalid', 'true');
      field.setAttribute('aria-describedby', 'problem');
      field.focus();
    }

    function clear() {
      root.querySelectorAll('#problem').forEach(problem => problem.remove());
      root.querySelectorAll('[aria-describedby=problem]').forEach(field => {
        field.removeAttribute('aria-invalid');
        field.removeAttribute('aria-describedby');
      });
    }

    // --- The service ---

    async function post(body) {
      if (busy) return;
      busy = true;
      root.querySelectorAll('button').forEach(button => button.setAttribute('aria-disabled', 'true'));
      try {
        const answer = await fetch(base + 'optin', {
          method: 'POST', credentials: 'omit', headers: {'Content-Type': 'text/plain'}, body: JSON.stringify({site, ...body})
        });
        return {...await answer.json(), status: answer.status};
      } catch (error) {
        return {status: 0};
      } finally {
        busy = false;
        root.querySelectorAll('button').forEach(button => button.removeAttribute('aria-disabled'));
      }
    }

    function refused(answer) {
      const first = (answer.errors || [])[0];
      if (answer.status === 404) return complain('code', say.code_expired);
      if (answer.status === 429) return complain('', say.too_many);
      if (!first) return complain('', say.failed);
      const text = first.rule === 'expired' || first.rule === 'exhausted' ? say.code_expired : say[`${first.field}_problem`];
      complain(first.field, text || say.failed);
    }

    // --- Steps ---

    function form(config, before = {}) {
      const texts = config.languages[language];
      const names = new Intl.DisplayNames(language, {type: 'region'});
      const chosen = before.country || config.country;
      const box = (name, text) => make('label', {class: 'box'},
        make('input', {type: 'checkbox', name}), make('span', {}, text));
      const options = config.countries.map(([country, calling]) => make('option',
        {value: country, selected: country === chosen ? '' : undefined}, `${names.of(country)} ${calling}`));
      const fields = config.fields.map(field => make('label', {}, `${field.label[language]} (${say.optional})`,
        field.type === 'select'
          ? make('select', {name: `field.${field.name}`}, make('option', {value: ''}, '–'),
            ...field.options.map(option => make('option', {value: option}, option)))
          : make('input', {name: `field.${field.name}`, maxlength: '200'})));
      show(
        make('h2', {id: 'title'}, texts.title),
        make('p', {}, texts.intro),
        ...(config.incentive ? [make('p', {}, make('strong', {}, config.incentive[language]))] : []),
        make('form', {novalidate: '', submit: event => { event.preventDefault(); return ask(config); }},
          make('label', {for: 'country'}, say.country),
          make('select', {id: 'country', name: 'country', autocomplete: 'country'}, ...options),
          make('label', {for: 'phone'}, say.phone),
          make('input', {id: 'phone', name: 'phone', type: 'tel', autocomplete: 'tel-national', required: '', value: before.phone}),
          ...fields,
          make('fieldset', {}, make('legend', {}, say.choices),
            box('sms_marketing', texts.sms_marketing), box('matching', texts.matching)),
          make('button', {type: 'submit'}, say.send)),
        make('p', {class: 'small'}, texts.legal,
          ...(texts.notice ? [' ', make('a', {href: texts.notice, target: '_blank', rel: 'noopener'}, say.notice)] : [])));
    }

    async function ask(config) {
      clear();
      const phone = control('phone').value.trim();
      if (!phone) return complain('phone', say.phone_problem);
      if (!control('sms_marketing').checked) return complain('sms_marketing', say.sms_marketing_problem);
      const fields = {};
      for (const {name} of config.fields) {
        const value = control(`field.${name}`).value.trim();
        if (value) fields[name] = value;
      }
      const cookie = document.cookie.match(/(?:^|; )_relance=([\w-]{22})(?:;|$)/);
      const country = control('country').value;
      const answer = await post({
        phone, country, language, sms_marketing: true, matching: control('matching').checked,
        fields, wording: config.languages[language].wording, page: location.origin + location.pathname, visitor: cookie ? cookie[1] : undefined
      });
      if (!answer) return;
      if (!answer.request) return refused(answer);
      request = answer.request;
      code(config, {phone, country});
    }

    function code(config, before) {
      show(
        make('h2', {id: 'title'}, say.sent),
        make('form', {novalidate: '', submit: event => { event.preventDefault(); return confirm(); }},
          make('label', {for: 'code'}, say.code),
          make('input', {
            id: 'code', name: 'code', 'aria-describedby': 'title', inputmode: 'numeric', autocomplete: 'one-time-code', maxlength: '9', required: ''
          }),
          make('button', {type: 'submit'}, say.confirm)),
        make('p', {role: 'status'}),
        make('button', {type: 'button', class: 'quiet', click: again}, say.again),
        make('button', {type: 'button', class: 'quiet', click: () => { form(config, before); control('phone').focus(); }}, say.change));
      control('code').focus();
    }

    async function again() {
      clear();
      const told = root.querySelector('[role=status]');
      told.textContent = '';
      const answer = await post({request, resend: true});
      if (!answer) return;
      if (!answer.request) return refused(answer);
      request = answer.request;
      told.textContent = say.resent;
      control('code').value = '';
      control('code').focus();
    }

    async function confirm() {
      clear();
      const answer = await post({request, code: control('code').value.replace(/\s/g, '')});
      if (!answer) return;
      if (answer.status !== 200) return refused(answer);
      const code = answer.incentive ? [make('p', {}, `${say.yours} `, make('strong', {}, answer.incentive))] : [];
      show(make('h2', {id: 'title', tabindex: '-1', role: 'status'}, say.done), ...code);
      root.querySelector('h2').focus();
    }

    fetch(`${base}optin/${site}/config`, {credentials: 'omit'})
      .then(answer => answer.ok ? answer.json() : Promise.reject(answer.status))
      .then(config => form(config))
      .catch(() => show(make('p', {id: 'title'}, make('a', {href: `${base}optin/${site}`}, say.page))));
  })();
})(window, document);
