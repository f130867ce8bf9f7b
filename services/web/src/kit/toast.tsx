import { notifications } from '@mantine/notifications';
import { problemText } from './problem-note.js';

const CLOSE = { 'aria-label': 'Close this message' };

/** The line of each kind that is shown. A new one takes its place, so that none waits for room and there is one way back. */
const shown: { news?: string; undo?: string } = {};

/** A line at the bottom, with a way back where there is one; answers what takes the line away. */
export function toast(message: string, undo?: () => void): () => void {
  const id = crypto.randomUUID();
  const kind = undo ? 'undo' : 'news';
  if (shown[kind]) notifications.hide(shown[kind]);
  shown[kind] = id;
  notifications.show({
    id,
    withCloseButton: !undo,
    closeButtonProps: CLOSE,
    autoClose: undo ? 10_000 : 5_000,
    message: (
      <span className="row">
        <span className="grow">{message}</span>
        {undo && (
          <button
            type="button"
            className="btn sm"
            onClick={() => {
              notifications.hide(id);
              undo();
            }}
          >
            Undo
          </button>
        )}
      </span>
    ),
  });
  return () => notifications.hide(id);
}

export const toastProblem = (error: unknown): void =>
  void notifications.show({ color: 'red', autoClose: 8_000, closeButtonProps: CLOSE, message: problemText(error) });
