/** Is a file TypeScript, by its name? Apart from what translates it, which takes long to load. */
export const isTypeScript = (path: string): boolean => /\.[mc]?ts$/.test(path);
