/** Face of the package: the formats, and what they are given. */
export { csv } from './csv.ts';
export { exported, FORMS, type Form } from './exports.ts';
export { json } from './json.ts';
export type {
  Answer,
  Content,
  Created,
  Format,
  HookPage,
  Item,
  LitmusAnswer,
  LitmusEnd,
  LitmusPieces,
  RenderOptions,
  Replay,
  Report,
  WrittenPage,
} from './report.ts';
export { junitOf, ktapOf } from './patch-forms.ts';
export type { PatchResult, UnreachedLine } from './patch-result.ts';
export { text } from './text.ts';
