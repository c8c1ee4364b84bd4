/** How a method that was written as a generator is known once the pass has given it two forms. */

/** A property of such a method: it is an ordinary function, which makes a generator unless its steps are performed at once. */
export const WRITTEN_AS_GENERATOR = Symbol.for('shootdown:written as generator');
