/** How a layer reaches the hooks below it. */
import { inject } from 'inversify';

/** Constructor parameter of a layer: one of the services its architecture declares. */
export { inject };

/** Key of the hooks below a layer. */
export const BELOW = Symbol.for('shootdown:below');

/** Constructor parameter of a layer: the hooks of everything under it, as MmHooks. */
export const below = (): ParameterDecorator & PropertyDecorator => inject(BELOW);
