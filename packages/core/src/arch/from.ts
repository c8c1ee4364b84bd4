/** Provenance of bodies: which place in Linux a method of a layer models. */
import 'reflect-metadata';
import { linux, type Source } from '../words/source.ts';

const SOURCE = Symbol('shootdown:from');

/**
 * Says where in Linux the modelled body stands. A decorator of hook methods.
 * @param version kernel release with a leading `v`, such as `v6.1`
 * @param file path from the top of the kernel tree
 * @param symbol function, macro or type name
 */
export const from =
  (version: string, file: string, symbol: string) =>
  (layer: object, hookName: string): void =>
    Reflect.defineMetadata(SOURCE, linux(version, file, symbol), layer, hookName);

/** What `@from` says of a layer's body for `hookName`; undefined when the layer has no such body, or does not say. */
export const fromOf = (layer: object, hookName: string): Source | undefined =>
  Reflect.getMetadata(SOURCE, layer, hookName) as Source | undefined;
