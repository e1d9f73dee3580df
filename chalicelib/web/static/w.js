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
    try { return action(...args); } catch (error) { /* the shop's page comes first */ }
  };

  const WORDS = {
    fr: {
      country: 'Pays', phone: 'Téléphone mobile', choices: 'Mes choix', send: 'Recevoir mon code', optional: 'facultatif',
      code: 'Code à 6 chiffres', sent: 'Un code vient de partir par SMS.', confirm: 'Valider', again: 'Renvoyer un code',
      change: 'Changer de numéro', done: 'C’est fait, merci. Votre numéro est vérifié.', yours: 'Votre code :',
      page: 'Recevoir les SMS : ouvrir le formulaire',
      phone_problem: 'Saisissez un numéro de mobile valable.', sms_marketing_problem: 'Cochez la case pour recevoir les SMS.',
      code_problem: 'Ce n’est pas le bon code.', code_expired: 'Ce code n’est plus valable : demandez-en un autre.',
      too_many: 'Trop de demandes. Réessayez plus tard.', failed: 'Cela n’a pas marché. Réessayez.'
    },
    en: {
      country: 'Country', phone: 'Mobile phone', choices: 'My choices', send: 'Get my code', optional: 'optional',
      code: 'Code of 6 digits', sent: 'A code is on its way by SMS.', confirm: 'Confirm', again: 'Send another code',
      change: 'Change the number', done: 'Done, thank you. Your number is checked.', yours: 'Your code:',
      page: 'Get SMS: open the form',
      phone_problem: 'Enter a valid mobile number.', sms_marketing_problem: 'Tick the box to get SMS.',
      code_problem: 'This is not the right code.', code_expired: 'This code is not valid any more: ask for another one.',
      too_many: 'Too many requests. Try again later.', failed: 'That did not work. Try again.'
    }
  };

  const CSS = `
    :host { display: block; max-width: 28rem; font: 1rem/1.5 var(--font, inherit); color: var(--text, #1d2430) }
    * { box-sizing: border-box; font: inherit; color: inherit }
    .card { padding: 1.25rem; background: var(--background, #fff); border: 1px solid var(--line, #8a8f98); border-radius: var(--radius, 12px) }
    h2 { margin: 0 0 .5rem; font-size: 1.25rem; font-weight: 700; line-height: 1.25 }
    p { margin: 0 0 .75rem } .small { font-size: .875rem; margin: .75rem 0 0 }
    label, legend { display: block; font-weight: 600; padding: 0 }
    fieldset { border: 0; margin: 0 0 .75rem; padding: 0 }
    input, select { width: 100%; min-height: 2.75rem; margin: .25rem 0 .75rem; padding: .5rem .75rem; color: #1d2430; background: #fff; border: 1px solid #6b7280; border-radius: 8px }
    .box { display: flex; gap: .75rem; align-items: flex-start; min-height: 2.75rem; padding: .5rem 0; font-weight: 400 }
    .box input { width: 1.5rem; height: 1.5rem; min-height: 0; margin: 0; flex: none }
    button { width: 100%; min-height: 2.75rem; padding: .6rem 1rem; border: 2px solid var(--accent, #14532d); border-radius: var(--radius, 12px); background: var(--accent, #14532d); color: var(--on-accent, #fff); font-weight: 600; cursor: pointer }
    button.quiet { margin-top: .5rem; background: transparent; color: inherit; border-color: currentColor }
    button[aria-disabled=true] { opacity: .7 }
    :focus-visible { outline: 3px solid var(--accent, #14532d); outline-offset: 2px }
    .problem { margin: .25rem 0 0; font-weight: 600; color: var(--problem, #b00020) }
    a { color: inherit }`;
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
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS + theme());
    root.adoptedStyleSheets = [sheet];
    const target = script.dataset.target && document.querySelector(script.dataset.target);
    if (target) target.append(host);
    else if (!script.closest('head')) script.after(host);
    else if (document.body) document.body.append(host);
    else document.addEventListener('DOMContentLoaded', () => document.body.append(host));

    function theme() {
      let given = {};
      try { given = JSON.parse(script.dataset.theme || '{}'); } catch (error) { /* its own colours then */ }
      const values = THEMED.filter(name => /^[\w#%.,() '"-]{1,80}$/.test(given[name] || ''))
        .map(name => `--${name}: ${given[name]};`);
      return `\n:host { ${values.join(' ')} }`;
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
      field.setAttribute('aria-invalid', 'true');
      field.setAttribute('aria-describedby', 'problem');
      field.focus();
    }

    function clear() {
      root.querySelectorAll('#problem').forEach(problem => problem.remove());
      root.querySelectorAll('[aria-invalid]').forEach(field => {
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
      if (answer.status === 429) return complain('', say.too_many);
      if (!first) return complain('', say.failed);
      const text = first.rule === 'expired' || first.rule === 'exhausted' ? say.code_expired : say[`${first.field}_problem`];
      complain(first.field, text || say.failed);
    }

    // --- Steps ---

    function form(config) {
      const texts = config.languages[language];
      const box = (name, text) => make('label', {class: 'box'},
        make('input', {type: 'checkbox', name}), make('span', {}, text));
      const options = config.countries.map(([country, calling]) => make('option',
        {value: country, selected: country === config.country ? '' : undefined}, `${country} ${calling}`));
      const fields = config.fields.map(field => make('label', {}, `${field.label[language]} (${say.optional})`,
        field.type === 'select'
          ? make('select', {name: `field.${field.name}`}, make('option', {value: ''}, '–'),
            ...field.options.map(option => make('option', {value: option}, option)))
          : make('input', {name: `field.${field.name}`, maxlength: '200'})));
      show(
        make('h2', {id: 'title'}, texts.title),
        make('p', {}, texts.intro),
        ...(config.incentive ? [make('p', {}, make('strong', {}, config.incentive[language]))] : []),
        make('form', {novalidate: '', submit: event => { event.preventDefault(); ask(config); }},
          make('label', {for: 'country'}, say.country),
          make('select', {id: 'country', name: 'country', autocomplete: 'country'}, ...options),
          make('label', {for: 'phone'}, say.phone),
          make('input', {id: 'phone', name: 'phone', type: 'tel', autocomplete: 'tel-national', required: ''}),
          ...fields,
          make('fieldset', {}, make('legend', {}, say.choices),
            box('sms_marketing', texts.sms_marketing), box('matching', texts.matching)),
          make('button', {type: 'submit'}, say.send)),
        make('p', {class: 'small'}, texts.legal));
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
      const answer = await post({
        phone, country: control('country').value, language, sms_marketing: true, matching: control('matching').checked,
        fields, wording: config.wording, page: location.origin + location.pathname, visitor: cookie ? cookie[1] : undefined
      });
      if (!answer) return;
      if (!answer.request) return refused(answer);
      request = answer.request;
      code(config);
    }

    function code(config) {
      show(
        make('h2', {id: 'title'}, say.sent),
        make('form', {novalidate: '', submit: event => { event.preventDefault(); confirm(); }},
          make('label', {for: 'code'}, say.code),
          make('input', {
            id: 'code', name: 'code', 'aria-describedby': 'title', inputmode: 'numeric', autocomplete: 'one-time-code', maxlength: '6', required: ''
          }),
          make('button', {type: 'submit'}, say.confirm)),
        make('button', {type: 'button', class: 'quiet', click: () => again()}, say.again),
        make('button', {type: 'button', class: 'quiet', click: () => { form(config); control('phone').focus(); }}, say.change));
      control('code').focus();
    }

    async function again() {
      const answer = await post({request, resend: true});
      if (answer && !answer.request) refused(answer);
      else if (answer) control('code').focus();
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
      .then(form)
      .catch(() => show(make('p', {id: 'title'}, make('a', {href: `${base}optin/${site}`}, say.page))));
  })();
})(window, document);
