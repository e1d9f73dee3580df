// The six products, invented, and their drawings.

const drawings = {
  opaline: `
    <rect x="98" y="108" width="4" height="48" fill="#8a6a3b"/>
    <ellipse cx="100" cy="160" rx="34" ry="6" fill="#8a6a3b"/>
    <circle cx="100" cy="78" r="58" fill="#fff3d2" opacity=".55"/>
    <circle cx="100" cy="78" r="40" fill="#fffaf0"/>
    <path d="M72 68a30 30 0 0 1 20-20" fill="none" stroke="#fff" stroke-width="5" stroke-linecap="round"/>`,
  oak: `
    <path d="M66 104 82 44h36l16 60z" fill="#fbeed3"/>
    <path d="M66 104h68l3 8H63z" fill="#efd9ae"/>
    <path d="M92 112h16l4 34H88z" fill="#a8733f"/>
    <path d="M97 114c-2 12 3 20 0 31M104 114c2 10-2 20 1 31" fill="none" stroke="#83552a" stroke-width="1.5"/>
    <ellipse cx="100" cy="152" rx="38" ry="9" fill="#a8733f"/>
    <ellipse cx="100" cy="150" rx="28" ry="5" fill="#bb8550"/>`,
  halo: `
    <path d="M100 0v58" stroke="#2f3a36" stroke-width="2"/>
    <path d="m100 56-52 46m52-46 52 46" stroke="#2f3a36" stroke-width="1.2"/>
    <ellipse cx="100" cy="108" rx="62" ry="18" fill="none" stroke="#fff4d6" stroke-width="16" opacity=".7"/>
    <ellipse cx="100" cy="108" rx="62" ry="18" fill="none" stroke="#b88a3d" stroke-width="6"/>
    <ellipse cx="100" cy="110" rx="62" ry="18" fill="none" stroke="#fffaf0" stroke-width="2"/>`,
  teapot: `
    <path d="M138 92c26-10 30 34-6 36" fill="none" stroke="#3d6660" stroke-width="8"/>
    <path d="M62 104c-22 2-20-22-38-26 6-6 30-4 42 10z" fill="#4d7d75"/>
    <path d="M54 112c0-30 20-44 46-44s46 14 46 44c0 26-16 38-46 38s-46-12-46-38z" fill="#4d7d75"/>
    <path d="M70 74c8-10 52-10 60 0-12 6-48 6-60 0z" fill="#3d6660"/>
    <circle cx="100" cy="61" r="7" fill="#c79a55"/>
    <path d="M68 104c2-14 10-20 18-22" fill="none" stroke="#8fb8b0" stroke-width="4" stroke-linecap="round"/>`,
  cups: `
    <path d="M84 92c0 0 2 44 26 44s26-44 26-44z" fill="#d7dfdc" transform="translate(22 -10)"/>
    <ellipse cx="132" cy="82" rx="26" ry="7" fill="#eef2f0"/>
    <ellipse cx="132" cy="83" rx="20" ry="4.5" fill="#b9763f"/>
    <path d="M40 106c0 0 2 46 29 46s29-46 29-46z" fill="#f7f3ea"/>
    <ellipse cx="69" cy="106" rx="29" ry="8" fill="#fffdf8"/>
    <ellipse cx="69" cy="107" rx="23" ry="5.5" fill="#b9763f"/>
    <path d="M60 88c-6-10 6-14 0-26m18 26c-6-10 6-14 0-26" fill="none" stroke="#fff" stroke-width="3"
      stroke-linecap="round" opacity=".8"/>`,
  tray: `
    <path d="m24 118 58-34h94l-42 34z" fill="#7a4c2d"/>
    <path d="m36 114 50-26h76l-34 26z" fill="#93603b"/>
    <path d="M24 118h110v9H24z" fill="#5d381f"/>
    <path d="m134 118 42-34v9l-42 34z" fill="#4c2c17"/>
    <path d="m56 109 44-18m-16 20 44-19" stroke="#7a4c2d" stroke-width="1.5"/>
    <circle cx="106" cy="97" r="11" fill="#f7f3ea"/><ellipse cx="106" cy="95" rx="7" ry="4" fill="#b9763f"/>`,
};

export const products = [
  {
    id: 'lampe-opaline', name: 'Lampe Opaline', category: 'Lampes', price: 129,
    drawing: 'opaline', tone: '#e9c98f',
    text: 'Un globe de verre soufflé qui pose une lumière de fin de journée sur une table de nuit ou un buffet.',
  },
  {
    id: 'lampe-coeur-de-chene', name: 'Lampe Cœur de chêne', category: 'Lampes', price: 149,
    drawing: 'oak', tone: '#d9b48c',
    text: 'Un pied tourné dans une seule pièce de chêne, un abat-jour de lin : aucune lampe n’a le même fil.',
  },
  {
    id: 'suspension-halo', name: 'Suspension Halo', category: 'Lampes', price: 189,
    drawing: 'halo', tone: '#9fb3ab',
    text: 'Un anneau de laiton brossé à suspendre au-dessus de la table. Intensité réglable, lumière chaude.',
  },
  {
    id: 'theiere-aube', name: 'Théière Aube', category: 'Thé', price: 64,
    drawing: 'teapot', tone: '#cfdcd3',
    text: 'En grès émaillé, 90 cl, avec un filtre fin en acier. Elle garde le thé chaud une bonne demi-heure.',
  },
  {
    id: 'tasses-brume', name: 'Tasses Brume, la paire', category: 'Thé', price: 32,
    drawing: 'cups', tone: '#b7a58f',
    text: 'Deux tasses à double paroi : la main reste fraîche, le thé reste chaud.',
  },
  {
    id: 'plateau-noyer', name: 'Plateau Noyer', category: 'Thé', price: 45,
    drawing: 'tray', tone: '#e3cdb4',
    text: 'Un plateau de noyer huilé, aux bords relevés, taillé pour une théière et deux tasses.',
  },
];

export const product = id => products.find(candidate => candidate.id === id);

// Always beside the product's name, hence hidden from screen readers.
export const picture = ({drawing, tone}) => `
  <svg class="picture" viewBox="0 0 200 180" aria-hidden="true" style="background:${tone}">
    ${drawings[drawing]}
  </svg>`;
