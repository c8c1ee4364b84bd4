// Mistakes that nothing notices, and why they do not matter.
const FULL = 'does not matter, unless two states share a fingerprint of 64 bits';
export const UNNOTICED = {
  'persistent: smallest set': 'does not matter: every set will do, a smaller one is cheaper',
  'symmetry: closure of the learned model': 'no system is known that needs it, and no proof without it',
  'store: full comparison': FULL,
  'store: cells compared': FULL,
  'store: high half of the fingerprint': 'does not matter: what is found so is compared in full',
  'canonical: cells compared': FULL,
  'fixpoint: asked again':
    'does not matter: whether a round would have gone the same way is asked again at its end, and answered alike',
};
