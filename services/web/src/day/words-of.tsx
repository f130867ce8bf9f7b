import type { Words } from './because.js';

export function WordsOf({ words }: { words: readonly Words[] }) {
  return words.map(({ text, strong }, n) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: a sentence keeps its order
    strong ? <b key={n}>{text}</b> : <span key={n}>{text}</span>,
  );
}
