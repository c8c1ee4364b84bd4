// Mistakes that nothing notices, and why they do not matter.
const FULL = 'does not matter, unless two states share a fingerprint of 64 bits';
export const UNNOTICED = {
  'the first set is taken': 'does not matter: every set will do, a smaller one is cheaper',
  'images know alike': 'no system is known that needs it, and no proof without it',
  'fingerprints are enough': FULL,
  'equal is equal nodes': FULL,
  'half of a fingerprint is enough to look': 'does not matter: what is found so is compared in full',
  'likeness is equal nodes': FULL,
  'one round is enough once it was stale':
    'does not matter: whether a round would have gone the same way is asked again at its end, and answered alike',
};
