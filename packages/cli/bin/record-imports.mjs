/** Runs beside a thread where Node has no hooks within it, and tells it of each module that is imported there, before it is loaded. */
let port;

export function initialize(data) {
  port = data.port;
}

export async function resolve(specifier, context, next) {
  const found = await next(specifier, context);
  port.postMessage(found.url);
  return found;
}
