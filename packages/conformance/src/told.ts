/** Face for tools: the stories of the kit, without the suites that tell them. */
export { stories } from './stories.ts';
